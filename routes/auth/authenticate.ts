/**
 * Reads the token of a request and notes its identity. Without a valid token, or without the proof that a bound
 * token needs, the request ends here.
 *
 * @module
 */
import type { Context } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Load } from "../load/load.ts";
import { untilLeft } from "../load/until_left.ts";
import type { PipelineStep } from "../step.ts";
import { readCredentials } from "./credentials.ts";
import type { Possession } from "./proof/possession.ts";
import type { TokenAuthenticator } from "./token_authenticator.ts";

export interface AuthenticateOptions {
  readonly authenticator: TokenAuthenticator;
  readonly possession: Possession;
  readonly addressOf: AddressReader;
  /** Hears of who is refused because too many tokens or proofs wait to be checked. */
  readonly load: Pick<Load, "noteRefusal">;
}

const BEARER = "Bearer ";

export function authenticate(options: AuthenticateOptions): PipelineStep {
  const { authenticator, possession, addressOf, load } = options;
  const takesBearer = possession.schemes.includes("Bearer");

  /** Of a bearer token that is bound to nothing and was verified a moment ago, as nearly all are. */
  function recall(header: string | null): ReturnType<TokenAuthenticator["recall"]> {
    if (!takesBearer || header === null || !header.startsWith(BEARER)) return null;
    const identity = authenticator.recall(header.slice(BEARER.length));
    return identity?.confirmation === null ? identity : null;
  }

  async function verify(context: Context<AppEnv>, header: string | null): Promise<void> {
    const credentials = readCredentials(header ?? undefined, possession.schemes);
    const request = context.get("request");
    const identity = await authenticator.authenticate(credentials.token, () => addressOf(context));
    try {
      await possession.assertProven(context, credentials, identity);
    } catch (error) {
      // The sender may not be the caller whom it names, but this is whose token it is.
      request.unproven = identity;
      throw error;
    }
    request.identity = identity;
  }

  function refuse(error: unknown): never {
    if (error instanceof ServiceError) load.noteRefusal(error.code);
    throw error;
  }

  return {
    name: "authenticate",
    enter(context) {
      const header = context.get("request").headers.get("authorization");
      const known = recall(header);
      // It may take a fetch of the issuer's keys.
      if (known === null) return untilLeft(context.req.raw, verify(context, header).catch(refuse));
      context.get("request").identity = known;
    },
  };
}
