/**
 * Hand-written routes, for what a single query cannot say. They are zod-OpenAPI routes, and get the
 * same access control, validation, errors, timing and docs as the routes that queries make.
 *
 * @module
 */
import type { OpenAPIHono, RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Access, Deprecation, Rate } from "../../catalog/query.ts";
import { parseRate } from "../../catalog/tags/parts/rate.ts";
import { internalError } from "../../errors/service_error.ts";
import type { AppEnv, RequestContext } from "../context.ts";
import { withDeprecation } from "../openapi/describe/describe_deprecation.ts";
import { securityOf } from "../openapi/describe/describe_route.ts";
import { describeProblems } from "../openapi/describe_problems.ts";
import { traitsOfHandwritten } from "../openapi/route_traits.ts";
import { type HandlerNeeds, needsOf } from "./before_handler.ts";
import { assertDefinition } from "./check_definition.ts";
import { type HandlerLimit, inTime } from "./handler_limit.ts";
import { asMutableResponse } from "./handler_response.ts";
import { withQuotas } from "../openapi/describe/describe_quotas.ts";
import type { Quota } from "../quota/quota.ts";
import { withPathParams } from "./path_params.ts";
import type { CallerFactory, QueryCaller } from "./query_caller.ts";
import { RequestStreams } from "./request_streams.ts";

/** Who may call a hand-written route. */
export type RouteAccess = Exclude<Access, { readonly kind: "internal" }>;

/** What a definition has in addition to a route of zod-openapi. */
export interface RouteExtras<Name extends string> {
  /** `{ kind: "scopes", anyOf: [["stations:read"]] }`, where one of the lists is enough, or `{ kind: "public" }`. */
  readonly access: RouteAccess;
  /** The queries that the handler calls, by name. Default: none. */
  readonly queries?: readonly Name[];
  /**
   * How much the route may be used, written as in `@rate`: `["50/s burst=100 per=claim:tenant"]`. Default: the
   * rates that the configuration sets for all routes.
   */
  readonly rates?: readonly string[];
  /**
   * Marks the route as deprecated, as `@deprecated` does for a query: days such as "2026-01-01", and what to
   * use instead. It becomes `deprecated` in OpenAPI, and headers in every answer.
   */
  readonly deprecation?: {
    readonly since: string;
    readonly sunset?: string;
    readonly reason: string;
  };
  /** Would not run: the handler checks what `access` cannot say. */
  readonly middleware?: never;
  /** Would hide nothing: every route is in the OpenAPI document. */
  readonly hide?: never;
  /** Follows from `access`. */
  readonly security?: never;
}

/** What a handler learns of its request beside its values. */
export type HandlerRequest = Pick<
  Readonly<RequestContext>,
  "id" | "route" | "identity" | "publicUrl"
>;

/** The framework's environment of a handler: the rest of a request's record is not for it to read or change. */
export interface HandlerEnv {
  Bindings: Deno.ServeHandlerInfo<Deno.NetAddr>;
  Variables: { request: HandlerRequest };
}

/** Answers a request; the types of `context` follow from the route's schemas. */
export type Handler<R extends RouteConfig, Name extends string> = (
  context: Parameters<RouteHandler<R, HandlerEnv>>[0],
  queries: QueryCaller<Name>,
) => [FreeType<ContentType<R>>] extends [never] ? ReturnType<RouteHandler<R, HandlerEnv>>
  : ReturnType<RouteHandler<R, HandlerEnv>> | Response | Promise<Response>;

/** The media types that a route declares for its answers. */
type ContentType<R extends RouteConfig> = {
  [Status in keyof R["responses"]]: R["responses"][Status] extends { content: infer Content }
    ? keyof Content
    : never;
}[keyof R["responses"]];

/**
 * Those that no schema gives a type to, such as `application/x-ndjson`. For some of them the framework takes no
 * answer at all, as their names contain "json".
 */
type FreeType<Type> = Type extends
  | "application/json"
  | `application/json;${string}`
  | `application/${string}+json${string}`
  | `text/plain${string}` ? never
  : Type;

export interface HandwrittenRouteOptions {
  /** The middleware that a request passes through before the handler. */
  readonly before: MiddlewareHandler<AppEnv>;
  readonly callers: CallerFactory;
  readonly limit: HandlerLimit;
  readonly quotas: readonly Quota[];
}

const MADE_BY_DEFINE_ROUTE = Symbol("defineRoute");

/** A route that is not mounted yet. */
export interface HandwrittenRoute {
  readonly [MADE_BY_DEFINE_ROUTE]: true;
  /** In lower case, as OpenAPI spells it. */
  readonly method: string;
  readonly path: string;
  readonly access: RouteAccess;
  readonly deprecated: Deprecation | null;
  readonly rates: readonly Rate[];
  /** The names of the queries that the handler may call. */
  readonly queries: readonly string[];
  /** What stands before the handler has to know of it. */
  readonly needs: HandlerNeeds;
  /** As it stands in the OpenAPI document. */
  readonly description: RouteConfig;
  mount(app: OpenAPIHono<AppEnv>, options: HandwrittenRouteOptions): void;
}

/** The framework hands only errors to its error handler: anything else would end without an answer. */
function asError(thrown: unknown): Error {
  // The framework throws such errors for what a caller did wrong. One of a handler may have any message.
  if (thrown instanceof HTTPException) return internalError(thrown);
  return thrown instanceof Error
    ? thrown
    : new TypeError("A handler must throw errors, and threw something else", { cause: thrown });
}

/** The route, with its body required or not, if it declares a body. */
function withBody(route: RouteConfig, { required }: { required: boolean }): RouteConfig {
  const body = route.request?.body;
  if (body === undefined) return route;
  return { ...route, request: { ...route.request, body: { ...body, required } } };
}

/** Whether a value is what `defineRoute` makes. */
export function isHandwrittenRoute(value: unknown): value is HandwrittenRoute {
  return typeof value === "object" && value !== null && MADE_BY_DEFINE_ROUTE in value;
}

/**
 * Defines a hand-written route. `responses` needs to say only how the route answers on success: the
 * problems that every route may answer with are added. The handler reads the body by the methods of
 * `context.req`; the body of `context.req.raw` is read already.
 *
 * @throws {TypeError} if the definition cannot be served
 */
export function defineRoute<const R extends RouteConfig, const Name extends string = never>(
  definition: R & RouteExtras<Name>,
  handler: Handler<R, Name>,
): HandwrittenRoute {
  assertDefinition(definition, handler);
  const { access, queries = [], rates = [], deprecation, ...route }:
    & RouteConfig
    & RouteExtras<Name> = definition;
  const deprecated = deprecation === undefined ? null : { sunset: null, ...deprecation };
  const needs = needsOf(route);
  const description = withDeprecation({
    ...withPathParams(withBody(route, { required: needs.requiresBody })),
    security: securityOf(access),
    responses: {
      ...describeProblems(traitsOfHandwritten({
        path: route.path,
        access,
        hasBody: needs.hasBody,
        isNegotiated: needs.answers.length > 0,
      })),
      ...route.responses,
    },
  }, deprecated);
  return {
    [MADE_BY_DEFINE_ROUTE]: true,
    method: route.method,
    path: route.path,
    access,
    deprecated,
    rates: rates.flatMap((text) => parseRate(text).rate ?? []),
    queries,
    needs,
    description,
    mount(app, { before, callers, quotas, limit }) {
      const limitOfHandler = { ...limit, mayWrite: route.method !== "get" };
      const callerOf = callers<Name>(queries, route);
      async function serve(context: Context<AppEnv>): Promise<Response> {
        const streams = new RequestStreams(context);
        try {
          const returning: unknown = handler(
            context as unknown as Parameters<RouteHandler<R, HandlerEnv>>[0],
            callerOf(context, streams),
          );
          const returned = returning instanceof Response
            ? returning
            : await inTime(Promise.resolve(returning), limitOfHandler);
          const name = `${route.method.toUpperCase()} ${route.path}`;
          return await streams.hold(asMutableResponse(returned, name), needs);
        } catch (error) {
          if (streams.isOfLeaving(error)) return streams.answerNobody();
          streams.close();
          throw asError(error);
        }
      }
      const described = withQuotas(description, quotas);
      app.openAPIRegistry.registerPath(described);
      // The framework checks a body that is required against every schema, whatever its type.
      const checked = withBody(described, {
        required: needs.requiresBody && needs.takes.length === 1,
      });
      app.openapi(
        { ...checked, hide: true, middleware: [before] } as unknown as RouteConfig,
        serve as unknown as RouteHandler<RouteConfig, AppEnv>,
      );
    },
  };
}
