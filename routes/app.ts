/**
 * The HTTP application. It is made anew whenever the routes change, and answers 503 for them until
 * there are any; what outlives it (the gate, the verifier, readiness) is passed in.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { OWN_PATHS } from "../catalog/tags/route_tag.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { Executor } from "../db/run/execute.ts";
import { invalidInput } from "../errors/invalid_input.ts";
import { ServiceError } from "../errors/service_error.ts";
import type { Observe } from "../observe/observation.ts";
import type { TokenVerifier } from "./auth/verify_token.ts";
import { createQueryCaller } from "./call_query.ts";
import type { AppEnv } from "./context.ts";
import type { CustomRoute } from "./define_route.ts";
import { inputErrors } from "./input/input_errors.ts";
import type { BodyLimits } from "./input/read_body.ts";
import { accessLog } from "./middleware/access_log.ts";
import { fetchWithHead, keepForHead } from "./middleware/head.ts";
import { requestId } from "./middleware/request_id.ts";
import { type LoadGate, shedLoad } from "./middleware/shed_load.ts";
import { timing } from "./middleware/timing.ts";
import { tracing } from "./middleware/tracing.ts";
import { mountQuery } from "./mount.ts";
import { SECURITY_SCHEME } from "./openapi/describe_route.ts";
import { createDocs } from "./openapi/docs_page.ts";
import type { Cursors } from "./paging/cursors.ts";
import { problemResponse } from "./respond/problem.ts";
import { bySpecificity, findHidden, methodsFor, type RoutePattern } from "./route_pattern.ts";

export interface AppOptions {
  /** The queries to serve; null while there are none, as before the first connection. */
  readonly prepared: readonly PreparedQuery[] | null;
  readonly customRoutes: readonly CustomRoute[];
  readonly executor: Executor;
  readonly cursors: Cursors;
  readonly verifier: TokenVerifier | null;
  readonly issuer: string | null;
  readonly gate: LoadGate;
  readonly bodyLimits: BodyLimits;
  readonly observe: Observe;
  /** Why the service is not ready; null while it is. */
  readonly unreadiness: () => string | null;
}

export interface App {
  fetch(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response>;
}

/** What zod-openapi calls a place by another name than a pointer does. */
const PLACES: Readonly<Record<string, string>> = { param: "path", json: "body", form: "body" };

export function createApp(options: AppOptions): App {
  const { prepared, observe } = options;
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const place = PLACES[result.target] ?? result.target;
      throw invalidInput(inputErrors(result.error, `/${place}`));
    },
  });
  app.use(keepForHead(), requestId(), timing(), accessLog(observe), tracing());
  app.onError((error, context) => problemResponse(error, context));

  app.get("/livez", (context) => {
    context.get("request").route = "/livez";
    return context.json({ status: "alive" });
  });
  app.get("/readyz", (context) => {
    context.get("request").route = "/readyz";
    const reason = options.unreadiness();
    if (reason !== null) throw notReady(reason);
    return context.json({ status: "ready" });
  });
  app.use("/docs/*", async function nameRoute(context, next) {
    context.get("request").route = "/docs";
    await next();
  });
  app.route("/docs", createDocs());

  if (prepared === null) {
    app.all("*", () => {
      throw notReady(options.unreadiness() ?? "the routes are being prepared");
    });
    return { fetch: fetchWithHead(app) };
  }
  mountApi(app, prepared, options);
  mountDocument(app, options);
  app.notFound((context) => {
    const { path, method } = context.req;
    const allowed = methodsFor(path, patternsOf(prepared, options.customRoutes));
    return problemResponse(
      allowed.length === 0
        ? new ServiceError("unknown_route", `There is no route for "${path}": see /docs`)
        : new ServiceError(
          "method_not_allowed",
          `"${path}" does not take ${method}, but ${allowed.join(", ")}`,
          { headers: { allow: allowed.join(", ") } },
        ),
      context,
    );
  });
  return { fetch: fetchWithHead(app) };
}

function mountApi(
  app: OpenAPIHono<AppEnv>,
  prepared: readonly PreparedQuery[],
  options: AppOptions,
): void {
  app.use(assertUrl, shedLoad(options.gate));
  const callerOf = createQueryCaller(prepared, options.executor);
  const mounts = [
    ...prepared.flatMap((each) => {
      const { route } = each.query;
      return route === null ? [] : [{ ...route, mount: () => mountQuery(app, each, options) }];
    }),
    ...options.customRoutes.map((route) => ({
      method: route.method,
      path: route.path,
      mount() {
        const { verifier, bodyLimits } = options;
        route.mount(app, { verifier, bodyLimits, callerOf });
      },
    })),
  ];
  const hidden = findHidden(mounts);
  if (hidden !== null) {
    throw new TypeError(
      `Cannot mount "${hidden.method} ${hidden.path}": another route has the same method and path`,
    );
  }
  for (const { mount } of mounts.toSorted(bySpecificity)) mount();
}

/** Makes the OpenAPI document once: it does not change until the routes do. */
function mountDocument(app: OpenAPIHono<AppEnv>, { issuer }: AppOptions): void {
  if (issuer !== null) {
    // Not "openIdConnect": the docs page would fetch the issuer's metadata, which its policy forbids,
    // and would then offer no field for a token.
    app.openAPIRegistry.registerComponent("securitySchemes", SECURITY_SCHEME, {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: `An access token of the issuer \`${issuer}\``,
    });
  }
  const text = JSON.stringify(app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "cqlgate", version: "1", description: "Cassandra queries as a REST API" },
    servers: [{ url: "/" }],
  }));
  app.get("/openapi.json", (context) => {
    context.get("request").route = "/openapi.json";
    return context.body(text, 200, { "content-type": "application/json" });
  });
}

/** A URL whose escapes are not UTF-8 would otherwise be read as something that nobody sent. */
async function assertUrl(
  context: { req: { url: string } },
  next: () => Promise<void>,
): Promise<void> {
  const { url } = context.req;
  if (url.includes("%")) {
    try {
      decodeURIComponent(url);
    } catch {
      throw new ServiceError("malformed_request", "The URL has an escape that is not UTF-8");
    }
  }
  await next();
}

function notReady(reason: string): ServiceError {
  return new ServiceError("not_ready", `The service is not ready: ${reason}`, {
    headers: { "retry-after": "1" },
  });
}

function patternsOf(
  prepared: readonly PreparedQuery[],
  customRoutes: readonly CustomRoute[],
): RoutePattern[] {
  return [
    ...OWN_PATHS.map((path) => ({ method: "GET", path })),
    ...prepared.flatMap(({ query }) => query.route ?? []),
    ...customRoutes,
  ];
}
