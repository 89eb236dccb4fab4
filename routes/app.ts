/**
 * The HTTP application. It is made again whenever the routes change, and answers 503 for them until
 * there are any; what outlives it (what bounds the load, authentication, readiness) is passed in.
 *
 * @module
 */
import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { OWN_PATHS } from "../catalog/tags/route/route_tag.ts";
import { JsonWriter } from "../codec/json/json_writer.ts";
import type { TextHash } from "../db/prepare/rows/conceal.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import { ServiceError } from "../errors/service_error.ts";
import { isOnRecord } from "./audit/record.ts";
import type { QuotaName } from "../observe/observation.ts";
import { PROBES } from "./addresses.ts";
import type { AppEnv } from "./context.ts";
import { createDocs, type DocsOptions } from "./docs/docs_page.ts";
import { createDocumentRoute } from "./docs/document_route.ts";
import { describeEndpoint } from "./endpoints.ts";
import type { Seeds } from "./generate/seed.ts";
import type { HandlerLimit } from "./handwritten/handler_limit.ts";
import { createCallerFactory } from "./handwritten/query_caller.ts";
import type { IdempotencyOptions } from "./idempotency/read_repeatable.ts";
import { refuseInput } from "./input/refuse_input.ts";
import { WholeResponses } from "./middleware/head.ts";
import { nameRoute } from "./middleware/name_route.ts";
import { mountQueries, sharedRoutes } from "./mount.ts";
import { answerUnmatched } from "./not_found.ts";
import { beforeOther, beforeRoute, type PipelineOptions } from "./pipeline.ts";
import { componentNames } from "./openapi/component_names.ts";
import { type ApiInfo, makeDocument } from "./openapi/document.ts";
import { createIndex } from "./openapi/index_page.ts";
import { nameSchemas } from "./openapi/name_schemas.ts";
import type { Cursors } from "./paging/cursors.ts";
import type { Quotas } from "./quota/quotas.ts";
import { onlyQuotas, type QuotaSelector, quotasIn, selectQuotas } from "./quota/select_quotas.ts";
import { problemResponse } from "./respond/problem.ts";
import { bySpecificity, findHidden } from "./route_pattern.ts";

export interface AppOptions extends Omit<PipelineOptions, "responses"> {
  /** The queries to serve; null while there are none, as before the first connection. */
  readonly prepared: readonly PreparedQuery[] | null;
  /** How the API describes itself. */
  readonly about: ApiInfo;
  /**
   * How the API describes itself: `/docs`, `/openapi.json`, `/` and a hint at the nearest route; null if it
   * does not.
   */
  readonly docs: Pick<DocsOptions, "files" | "login"> | null;
  readonly cursors: Cursors;
  /** What masks text with `hash`; null if no query needs it. */
  readonly hash: TextHash | null;
  /** How long handlers may take. */
  readonly handlerLimit: HandlerLimit;
  /** What generated values are made from. */
  readonly seeds: Seeds;
  readonly idempotency: IdempotencyOptions;
  /** Whose tokens are taken; empty if every route is public. */
  readonly issuers: readonly string[];
  /** How much callers may use. */
  readonly quotas: Quotas;
  /** Why the service is not ready; null while it is. */
  readonly unreadiness: () => string | null;
}

export interface App {
  fetch(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response>;
}

export function createApp(appOptions: AppOptions): App {
  const { prepared, addresses, docs } = appOptions;
  const responses = new WholeResponses();
  const options = { ...appOptions, responses };
  const app = new OpenAPIHono<AppEnv>({
    getPath: addresses.routePath,
    defaultHook: refuseInput,
  });
  app.onError((error, context) => problemResponse(error, context));

  const beforeOwn = (path: string) => beforeOther("everything", options, [nameRoute(path)]);
  app.get("/livez", beforeOwn("/livez"), (context) => context.json({ status: "alive" }));
  app.get("/readyz", beforeOwn("/readyz"), (context) => {
    const reason = options.unreadiness();
    if (reason !== null) throw notReady(reason);
    return context.json({ status: "ready" });
  });
  if (docs !== null) {
    app.use("/docs/*", beforeOwn("/docs"));
    app.route("/docs", createDocs({ ...options, ...docs }));
    // Relative, so that it is right whatever prefix a proxy strips.
    app.get("/docs/", (context) => context.redirect("../docs", 308));
    app.all("/docs/*", (context) => context.notFound());
  }
  if (prepared !== null) mountApi(app, prepared, options);
  // What has been matched until here has these steps itself.
  app.use(beforeOther("api", options));
  if (prepared === null) {
    app.notFound(() => {
      throw notReady(options.unreadiness() ?? "the routes are being prepared");
    });
    return { fetch: responses.fetchFrom(app) };
  }
  if (docs !== null) {
    // Made once: it does not change until the routes do.
    app.route("/", createDocumentRoute(makeDocument(app, options), options));
    // A query may have this path: it is mounted first, and then answers.
    app.route("/", createIndex(options));
  }
  const callerPaths = options.authenticator === null ? [] : ["/docs/caller"];
  const ownPaths = docs !== null ? [...OWN_PATHS, "/", "/docs/", ...callerPaths] : PROBES;
  app.notFound(
    answerUnmatched({ ...options, docs: docs !== null, routes: routesIn(app), ownPaths }),
  );
  return { fetch: responses.fetchFrom(app) };
}

function mountApi(
  app: OpenAPIHono<AppEnv>,
  prepared: readonly PreparedQuery[],
  options: AppOptions & PipelineOptions,
): void {
  const callers = createCallerFactory(prepared, options);
  const recorded = new Set(
    prepared.filter(isOnRecord).map(({ query }) => query.name),
  );
  const taken = options.handwritten.flatMap(({ description }) => componentNames(description));
  const names = nameSchemas(prepared, taken);
  const scratch = new JsonWriter();
  const mounts = [
    ...sharedRoutes(prepared).map((queries) => {
      const [{ query, writes }] = queries;
      const { method, path } = query.route!;
      const isAudited = queries.some(isOnRecord);
      const limits = selectQuotas(queries, options.quotas);
      const before = beforeRoute(
        { ...query, path, isAudited, limits, runs: queries, writes },
        options,
      );
      const mountOptions = { ...options, scratch, names, before, quotas: quotasIn(limits) };
      return { method, path, limits, mount: () => mountQueries(app, queries, mountOptions) };
    }),
    ...options.handwritten.map((route) => {
      const isAudited = route.method !== "get" ||
        route.queries.some((name) => recorded.has(name));
      const limits = onlyQuotas(options.quotas.ofRoute(route));
      const runs = prepared.filter(({ query: { name } }) => route.queries.includes(name));
      const quotas = quotasIn(limits);
      return {
        method: route.method,
        path: route.path,
        limits,
        mount() {
          const before = beforeRoute({ ...route, isAudited, limits, runs, writes: false }, options);
          route.mount(app, { callers, before, quotas, limit: options.handlerLimit });
        },
      };
    }),
  ];
  const hidden = findHidden(mounts);
  if (hidden !== null) {
    throw new TypeError(
      `Cannot mount "${hidden.method} ${hidden.path}": another route has the same method and path`,
    );
  }
  const sorted = mounts.toSorted(bySpecificity);
  for (const { mount } of sorted) mount();
  // Each describes itself as it is mounted.
  const endpoints = routesIn(app).map((description, index) =>
    describeEndpoint(sorted[index]!, description)
  );
  options.observe({ kind: "endpoints", routes: endpoints });
  options.control?.noteNames([
    ...prepared.map(({ query }) => query.name),
    ...mounts.flatMap(({ limits }) => limits.sets.map(({ of }) => of)),
  ]);
  options.observe({ kind: "quotas", quotas: mounts.flatMap(({ limits }) => namesOf(limits)) });
}

function namesOf({ sets }: QuotaSelector): QuotaName[] {
  return sets.flatMap(({ of, quotas }) => quotas.map(({ name }) => ({ query: of, policy: name })));
}

function notReady(reason: string): ServiceError {
  return new ServiceError("not_ready", `The service is not ready: ${reason}`);
}

/** The routes of the OpenAPI document, as they describe themselves. */
function routesIn(app: OpenAPIHono<AppEnv>): RouteConfig[] {
  return app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === "route" ? [definition.route] : []
  );
}
