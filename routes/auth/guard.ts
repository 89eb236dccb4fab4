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
import type { TokenVerifier } from "./verify_token.ts";

export interface GuardOptions {
  /** Null where no issuer is configured, which suffices for public routes only. */
  readonly verifier: TokenVerifier | null;
}

/** The middleware that guards a route, in order; none for a public one. */
export function guard(
  { path, access }: { readonly path: string; readonly access: Access },
  { verifier }: GuardOptions,
): MiddlewareHandler<AppEnv>[] {
  switch (access.kind) {
    case "public":
      return [];
    case "scopes":
      if (verifier === null) {
        throw new TypeError(`Cannot mount "${path}": it needs scopes, and no issuer is configured`);
      }
      return [authenticate(verifier), authorise(access.anyOf)];
    case "internal":
      throw new TypeError(`Cannot mount "${path}": an internal query has no route`);
  }
}
