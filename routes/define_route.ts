/**
 * Hand-written routes, for what a single query cannot say. They are zod-OpenAPI routes, and get the
 * same access control, validation, errors, timing and docs as those that come from `cql/`.
 *
 * @module
 */
import type { OpenAPIHono, RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Access } from "../catalog/query.ts";
import type { QueryCaller } from "./call_query.ts";
import type { AppEnv } from "./context.ts";
import { accessCodes, COMMON, problemResponses, securityOf } from "./describe.ts";
import { guard, type GuardOptions } from "./guard.ts";

export interface CustomRouteOptions extends GuardOptions {
  readonly callerOf: (context: Context<AppEnv>) => QueryCaller;
}

/** A route that is not mounted yet. */
export interface CustomRoute {
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  mount(app: OpenAPIHono<AppEnv>, options: CustomRouteOptions): void;
}

/** Answers a request; its types follow from the route's schemas. */
export type CustomHandler<R extends RouteConfig> = (
  context: Parameters<RouteHandler<R, AppEnv>>[0],
  queries: QueryCaller,
) => ReturnType<RouteHandler<R, AppEnv>>;

/** What depends on the caller is not for caches, unless the handler says otherwise. */
async function noStore(context: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  if (!context.res.headers.has("cache-control")) {
    context.res.headers.set("cache-control", "no-store");
  }
}

/**
 * Defines a hand-written route. `responses` needs to say only what succeeds: the problems that every
 * route may answer with are added.
 */
export function defineRoute<const R extends RouteConfig>(
  definition: R & { readonly access: Access },
  handler: CustomHandler<R>,
): CustomRoute {
  const { access, ...route } = definition;
  const documented = {
    ...route,
    security: securityOf(access),
    responses: {
      ...problemResponses([
        ...COMMON,
        ...accessCodes(access),
        "not_found",
        "invalid_input",
        ...(route.request?.body === undefined ? [] : ["body_too_large" as const]),
      ]),
      ...route.responses,
    },
  };
  return {
    method: route.method,
    path: route.path,
    access,
    mount(app, options) {
      const guards = [noStore, ...guard({ path: route.path, access }, options)];
      const serve: RouteHandler<RouteConfig, AppEnv> = (context) =>
        handler(
          context as Parameters<RouteHandler<R, AppEnv>>[0],
          options.callerOf(context as Context<AppEnv>),
        ) as ReturnType<RouteHandler<RouteConfig, AppEnv>>;
      app.openapi({ ...documented, middleware: guards } as unknown as RouteConfig, serve);
    },
  };
}
