/**
 * Reads the token of a request and notes its identity. Without a valid token the request ends here.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import { readBearerToken } from "./bearer_token.ts";
import type { TokenAuthenticator } from "./token_authenticator.ts";

export interface AuthenticateOptions {
  readonly authenticator: TokenAuthenticator;
  readonly addressOf: AddressReader;
}

export function authenticate(options: AuthenticateOptions): MiddlewareHandler<AppEnv> {
  const { authenticator, addressOf } = options;
  return async function authenticate(context, next) {
    const token = readBearerToken(context.req.header("authorization"));
    const identity = await authenticator.authenticate(token, () => addressOf(context));
    context.get("request").identity = identity;
    await next();
  };
}
