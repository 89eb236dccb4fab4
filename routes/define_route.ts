/**
 * Hand-written routes, for what a single query cannot say. They are zod-OpenAPI routes, and get the
 * same access control, validation, errors, timing and docs as those that come from `cql/`.
 *
 * @module
 */
import type { OpenAPIHono, RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { Access } from "../catalog/query.ts";
import type { QueryCaller } from "./call_query.ts";
import type { AppEnv } from "./context.ts";
import {
  type BodyLimits,
  decodeUtf8,
  isJson,
  isTaken,
  readBytes,
  takesBody,
  unsupportedType,
} from "./input/read_body.ts";
import { securityOf } from "./openapi/describe_route.ts";
import { problemResponses } from "./openapi/problem_responses.ts";
import { traitsOfHandWritten } from "./openapi/route_traits.ts";
import { negotiate } from "./respond/negotiate.ts";

export interface CustomRouteOptions {
  readonly bodyLimits: BodyLimits;
  /** What a request passes through before the route's own middleware. */
  readonly before: readonly MiddlewareHandler<AppEnv>[];
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

/** The media types that a route answers in where it succeeds; none where it leaves them open. */
function typesOf(responses: RouteConfig["responses"]): string[] {
  const types = Object.entries(responses).flatMap(([status, response]) =>
    status.startsWith("2") && "content" in response ? Object.keys(response.content ?? {}) : []
  );
  return types.some((type) => type.includes("*"))
    ? []
    : types.map((type) => type.split(";", 1)[0]!.trim().toLowerCase());
}

/** Refuses whoever takes none of the types. */
function assertAcceptable(types: readonly string[]): MiddlewareHandler<AppEnv> {
  return async function assertAcceptable(context, next) {
    negotiate(context.req.header("accept"), types as [string, ...string[]]);
    await next();
  };
}

/**
 * Reads the body within its limits; what the framework reads after it, it has from here.
 *
 * @param takes the media types that the route declares; none where it declares no body
 */
function holdBody(limits: BodyLimits, takes: readonly string[]): MiddlewareHandler<AppEnv> {
  return async function holdBody({ req }, next) {
    const bytes = await readBytes(req.raw, limits);
    const type = req.raw.headers.get("content-type");
    if (takes.length > 0 && bytes.length > 0 && !isTaken(type, takes)) {
      throw unsupportedType(type, takes);
    }
    const blob = new Blob([bytes], type === null ? {} : { type });
    // It holds promises, whatever its type says.
    Object.assign(
      req.bodyCache,
      isJson(type) ? { text: Promise.resolve(decodeUtf8(bytes)) } : { blob: Promise.resolve(blob) },
    );
    await next();
  };
}

/**
 * Defines a hand-written route. `responses` needs to say only what succeeds: the problems that every
 * route may answer with are added. The handler reads the body by the methods of `context.req`; that of
 * `context.req.raw` is read already.
 */
export function defineRoute<const R extends RouteConfig>(
  definition: R & { readonly access: Access },
  handler: CustomHandler<R>,
): CustomRoute {
  const { access, ...route } = definition;
  const types = typesOf(route.responses);
  const takes = Object.keys(route.request?.body?.content ?? {});
  const hasBody = takes.length > 0 || takesBody(route.method.toUpperCase());
  const documented = {
    ...route,
    security: securityOf(access),
    responses: {
      ...problemResponses(traitsOfHandWritten({
        path: route.path,
        access,
        hasBody,
        isNegotiated: types.length > 0,
      })),
      ...route.responses,
    },
  };
  return {
    method: route.method,
    path: route.path,
    access,
    mount(app, options) {
      const before = [
        ...options.before,
        noStore,
        ...(types.length === 0 ? [] : [assertAcceptable(types)]),
        ...(hasBody ? [holdBody(options.bodyLimits, takes)] : []),
      ];
      const serve: RouteHandler<RouteConfig, AppEnv> = (context) =>
        handler(
          context as Parameters<RouteHandler<R, AppEnv>>[0],
          options.callerOf(context as Context<AppEnv>),
        ) as ReturnType<RouteHandler<RouteConfig, AppEnv>>;
      app.openapi({ ...documented, middleware: before } as unknown as RouteConfig, serve);
    },
  };
}
