/**
 * Notes the route that a request is served by, for logs, metrics and traces: its template, such as
 * `/stations/{station_id}`, never the path that was asked for.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";

export function nameRoute(template: string): MiddlewareHandler<AppEnv> {
  return function nameRoute(context, next) {
    context.get("request").route = template;
    return next();
  };
}
