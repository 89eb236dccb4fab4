/**
 * The answer where no route matches: to a browser's preflight, 405 if the path has other methods, else 404 with
 * the nearest route. And where the handler of one finds nothing.
 *
 * @module
 */
import type { RouteConfig } from "@hono/zod-openapi";
import type { NotFoundHandler } from "hono";
import { getPath } from "hono/utils/url";
import { ServiceError } from "../errors/service_error.ts";
import type { Addresses } from "./addresses.ts";
import type { AppEnv } from "./context.ts";
import type { OriginPolicy } from "./cors/origin_policy.ts";
import { answerPreflight, isPreflight, preflightRoute } from "./cors/preflight.ts";
import { createRouteFinder } from "./nearest_route.ts";
import { problemResponse } from "./respond/problem.ts";
import { methodsOf, routesFor } from "./route_pattern.ts";

export interface NotFoundOptions {
  /** The routes of the OpenAPI document. */
  readonly routes: readonly RouteConfig[];
  /** The paths that the service itself answers. */
  readonly ownPaths: readonly string[];
  /** Null if no web page may call the API. */
  readonly origins: OriginPolicy | null;
  readonly addresses: Addresses;
  /** Whether anybody may know which routes there are. */
  readonly docs: boolean;
}

export function answerUnmatched(options: NotFoundOptions): NotFoundHandler<AppEnv> {
  const { routes, ownPaths, origins, addresses, docs } = options;
  // A query may have the path "/", too: what its route takes comes first.
  const patterns = [...routes, ...ownPaths.map((path) => ({ method: "get" as const, path }))];
  const preflightRoutes = origins === null ? [] : patterns.map(preflightRoute);
  const findRoute = createRouteFinder(docs ? routes.map(({ path }) => path) : []);

  function unknownRoute(request: Request, path: string): ServiceError {
    const near = findRoute(path);
    const question = near === null ? "see" : `did you mean "${addresses.publicUrl(near)}"? See`;
    const help = docs ? `: ${question} ${addresses.publicUrl("/docs")}` : "";
    return new ServiceError("unknown_route", `There is no route for "${getPath(request)}"${help}`);
  }
  return function answerUnmatched(context) {
    // Without the prefix. A message has the path as it was asked for.
    const { path, method, raw } = context.req;
    if (isPreflight(raw) && origins?.(raw.headers.get("origin")!)) {
      const answer = answerPreflight(raw, { path, routes: preflightRoutes });
      if (answer !== null) {
        context.get("request").route = answer.template;
        return answer.response;
      }
    }
    const allowed = methodsOf(routesFor(path, patterns));
    // Its handler says so, by `context.notFound()`.
    if (allowed.includes(method)) {
      const nothing = new ServiceError("not_found", `There is nothing at "${getPath(raw)}"`);
      return problemResponse(nothing, context);
    }
    const allow = allowed.join(", ");
    const error = allowed.length === 0 ? unknownRoute(raw, path) : new ServiceError(
      "method_not_allowed",
      `"${getPath(raw)}" does not take ${method}, but ${allow}`,
      { headers: { allow } },
    );
    return problemResponse(error, context);
  };
}
