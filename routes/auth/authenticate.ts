/**
 * Reads the token of a request and notes its identity. Without a valid token, and a proof of what it is
 * bound to, the request ends here.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import { readCredentials } from "./credentials.ts";
import type { Possession } from "./proof/possession.ts";
import type { TokenAuthenticator } from "./token_authenticator.ts";

export interface AuthenticateOptions {
  readonly authenticator: TokenAuthenticator;
  readonly possession: Possession;
  readonly addressOf: AddressReader;
}

export function authenticate(options: AuthenticateOptions): MiddlewareHandler<AppEnv> {
  const { authenticator, possession, addressOf } = options;
  return async function authenticate(context, next) {
    const header = context.req.header("authorization");
    const credentials = readCredentials(header, possession.schemes);
    const identity = await authenticator.authenticate(credentials.token, () => addressOf(context));
    await possession.assertProven(context, credentials, identity);
    context.get("request").identity = identity;
    await next();
  };
}
