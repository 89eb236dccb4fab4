/**
 * What the Hono peer tells its operators of each request: one line of JSON, and a histogram.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import prometheus from "prom-client";
import type { AuthEnv } from "./auth.ts";

const durations = new prometheus.Histogram({
  name: "http_request_duration_seconds",
  help: "Time from a request's arrival to its answer",
  labelNames: ["method", "route", "status"],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

export const metrics = prometheus.register;

export function observe(): MiddlewareHandler<AuthEnv> {
  return async (context, next) => {
    const startedAt = performance.now();
    const requestId = context.req.header("x-request-id") ?? crypto.randomUUID();
    await next();
    context.header("x-request-id", requestId);
    const durationMs = performance.now() - startedAt;
    const { method } = context.req;
    const { status } = context.res;
    const route = routePath(context, -1);
    durations.observe({ method, route, status }, durationMs / 1_000);
    console.log(JSON.stringify({
      time: new Date().toISOString(),
      level: "info",
      method,
      route,
      status,
      duration_ms: Math.round(durationMs * 100) / 100,
      request_id: requestId,
      sub: context.get("claims")?.sub,
    }));
  };
}
