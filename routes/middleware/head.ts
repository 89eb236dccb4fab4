/**
 * `HEAD` says how long the body of `GET` is (RFC 9110, section 9.3.2). The framework runs the handler of
 * `GET` and drops its body, and with it the length.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";

export function head(): MiddlewareHandler<AppEnv> {
  return async function head(context, next) {
    await next();
    const { res } = context;
    if (context.req.method !== "HEAD" || res.body === null) return;
    const { byteLength } = await res.arrayBuffer();
    context.res = new Response(null, res);
    context.res.headers.set("content-length", `${byteLength}`);
  };
}
