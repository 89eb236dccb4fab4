/**
 * `Server-Timing` (W3C): how long the request took in all, and how much of that was Cassandra.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";

export function timing(): MiddlewareHandler<AppEnv> {
  return async function timing(context, next) {
    await next();
    const { startedAt, cassandra } = context.get("request");
    const totalMs = performance.now() - startedAt;
    context.res.headers.set(
      "server-timing",
      `total;dur=${totalMs.toFixed(2)}, cassandra;dur=${cassandra.ms.toFixed(2)}`,
    );
  };
}
