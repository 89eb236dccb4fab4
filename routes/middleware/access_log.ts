/**
 * One observation for each request that was answered: the access log's line and the metric.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { Observe } from "../../observe/observation.ts";
import type { AppEnv } from "../context.ts";

export function accessLog(observe: Observe): MiddlewareHandler<AppEnv> {
  return async function accessLog(context, next) {
    observe({ kind: "request_started" });
    await next();
    const request = context.get("request");
    observe({ kind: "request_finished" });
    observe({
      kind: "request",
      method: context.req.method,
      route: request.route,
      status: context.res.status,
      durationMs: performance.now() - request.startedAt,
      cassandraMs: request.cassandra.ms,
      requestId: request.id,
      subject: request.identity?.subject ?? null,
      clientId: request.identity?.clientId ?? null,
      code: request.code,
      cause: context.res.status >= 500 ? request.cause : undefined,
    });
  };
}
