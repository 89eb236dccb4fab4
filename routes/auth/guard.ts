/**
 * What stands before every route's handler: its name for logs and metrics, then authentication and
 * scopes. A route cannot be mounted without saying who may call it.
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
  /** Null where no issuer is configured, which only public routes can do with. */
  readonly verifier: TokenVerifier | null;
}

/** The middleware of a route, in order. */
export function guard(
  route: { path: string; access: Access },
  { verifier }: GuardOptions,
): MiddlewareHandler<AppEnv>[] {
  const { path, access } = route;
  const nameRoute: MiddlewareHandler<AppEnv> = async function nameRoute(context, next) {
    context.get("request").route = path;
    await next();
  };
  switch (access.kind) {
    case "public":
      return [nameRoute];
    case "scopes":
      if (verifier === null) {
        throw new TypeError(`Cannot mount "${path}": it needs scopes, and no issuer is configured`);
      }
      return [nameRoute, authenticate(verifier), authorise(access.anyOf)];
    case "internal":
      throw new TypeError(`Cannot mount "${path}": an internal query has no route`);
  }
}
