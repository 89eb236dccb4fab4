/**
 * Tells browsers which web pages may read an answer (Fetch standard, "CORS protocol"). Every answer of a
 * service that allows origins varies by `Origin`, even to a request without it: a cache would otherwise
 * give one page the answer for another.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { OriginPolicy } from "./origin_policy.ts";

export interface CorsOptions {
  readonly policy: OriginPolicy;
  /** The headers that a page may read, beside those that it always may. */
  readonly exposed: readonly string[];
}

export function cors({ policy, exposed }: CorsOptions): MiddlewareHandler<AppEnv> {
  const exposedHeaders = exposed.join(", ");
  return async function cors(context, next) {
    await next();
    const { headers } = context.res;
    headers.append("vary", "Origin");
    const origin = context.req.header("origin");
    const grant = origin === undefined ? null : policy(origin);
    if (grant === null) return;
    headers.set("access-control-allow-origin", grant.allowOrigin);
    if (grant.allowCredentials) headers.set("access-control-allow-credentials", "true");
    headers.set("access-control-expose-headers", exposedHeaders);
  };
}
