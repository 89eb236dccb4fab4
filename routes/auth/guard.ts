/**
 * Who may call a route: authentication and scopes, as far as its access says. A route cannot be mounted
 * without saying who may call it.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { Access } from "../../catalog/query.ts";
import type { AppEnv } from "../context.ts";
import { authenticate } from "./authenticate.ts";
import { authorise } from "./authorise.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { TokenAuthenticator } from "./token_authenticator.ts";

export interface GuardOptions {
  /** Null where no issuer is configured, which suffices for public routes only. */
  readonly authenticator: TokenAuthenticator | null;
  readonly addressOf: AddressReader;
}

/** The middleware that guards a route, in order; none for a public one. */
export function guard(
  { path, access }: { readonly path: string; readonly access: Access },
  { authenticator, addressOf }: GuardOptions,
): MiddlewareHandler<AppEnv>[] {
  switch (access.kind) {
    case "public":
      return [];
    case "scopes":
      if (authenticator === null) {
        throw new TypeError(`Cannot mount "${path}": it needs scopes, and no issuer is configured`);
      }
      return [authenticate({ authenticator, addressOf }), authorise(access.anyOf)];
    case "internal":
      throw new TypeError(`Cannot mount "${path}": an internal query has no route`);
  }
}
