/**
 * Prepared queries → the route that serves them. Most routes have one query; of several, the parameters of
 * a request choose.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { AppEnv } from "./context.ts";
import { compileChoice } from "./input/choose_query.ts";
import { withDeprecation } from "./openapi/describe/describe_deprecation.ts";
import { describeRoute } from "./openapi/describe/describe_route.ts";
import { describeShared } from "./openapi/describe/describe_shared.ts";
import { withQuotas } from "./openapi/describe/describe_quotas.ts";
import type { SchemaNames } from "./openapi/name_schemas.ts";
import { queryOf } from "./input/query_of.ts";
import type { Quota } from "./quota/quota.ts";
import { compileServing, type ServeOptions } from "./serve_query.ts";

export interface MountOptions extends ServeOptions {
  /** The names of each query's schemas in the OpenAPI document. */
  readonly names: ReadonlyMap<PreparedQuery, SchemaNames>;
  /** The middleware that a request passes through before it is served. */
  readonly before: MiddlewareHandler<AppEnv>;
  /** The quotas that may apply to a request. */
  readonly quotas: readonly Quota[];
}

/** Adds the route of these queries, which share it, with its description to the app. */
export function mountQueries(
  app: OpenAPIHono<AppEnv>,
  queries: readonly [PreparedQuery, ...PreparedQuery[]],
  options: MountOptions,
): void {
  const [{ query: { route, deprecated } }] = queries;
  if (route === null) return;
  const servings = new Map(
    queries.map((prepared) => [prepared, compileServing(prepared, options)]),
  );
  const choose = queries.length === 1 ? null : compileChoice(queries);

  const describe = (prepared: PreparedQuery) => ({
    prepared,
    route: describeRoute(prepared, {
      idempotency: options.idempotency,
      names: options.names.get(prepared)!,
    }),
  });
  const [head, ...rest] = queries;
  app.openAPIRegistry.registerPath(
    withQuotas(
      withDeprecation(describeShared([describe(head), ...rest.map(describe)]), deprecated),
      options.quotas,
    ),
  );
  app.on(
    [route.method],
    [honoPath(route.path)],
    options.before,
    function serveQuery(context: Context<AppEnv>): Promise<Response> {
      const query = queryOf(context.req.url);
      const chosen = choose === null ? head : choose(query);
      if (choose !== null) context.get("request").query = chosen.query.name;
      return servings.get(chosen)!(context, query);
    },
  );
}

/** `/stations/{station_id}` as Hono spells it. */
function honoPath(template: string): string {
  return template.replace(/\{(\w+)\}/g, ":$1");
}

/** The queries that have a route, grouped by route. */
export function sharedRoutes(
  prepared: readonly PreparedQuery[],
): (readonly [PreparedQuery, ...PreparedQuery[]])[] {
  const routed = prepared.filter(({ query }) => query.route !== null);
  const groups = Map.groupBy(routed, ({ query: { route } }) => `${route!.method} ${route!.path}`);
  return [...groups.values()].map(([first, ...others]) => [first!, ...others]);
}
