/**
 * The HTTP application. It is made again whenever the routes change, and answers 503 for them until
 * there are any; what outlives it (what bounds the load, authentication, readiness) is passed in.
 *
 * @module
 */
import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Access, Deprecation } from "../catalog/query.ts";
import { OWN_PATHS } from "../catalog/tags/route_tag.ts";
import { JsonWriter } from "../codec/json/json_writer.ts";
import type { TextHash } from "../db/prepare/rows/conceal.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { Executor } from "../db/run/execute.ts";
import { ServiceError } from "../errors/service_error.ts";
import { auditRefusals } from "./audit/audit_refusals.ts";
import { type Auditing, isOnRecord } from "./audit/record.ts";
import type { Observe, QuotaName } from "../observe/observation.ts";
import { guard } from "./auth/guard.ts";
import type { Possession } from "./auth/proof/possession.ts";
import type { TokenAuthenticator } from "./auth/token_authenticator.ts";
import { type Addresses, PROBES } from "./addresses.ts";
import type { AppEnv } from "./context.ts";
import { createDocs, type DocsOptions } from "./docs/docs_page.ts";
import { createDocumentRoute } from "./docs/document_route.ts";
import { endpointOf } from "./endpoints.ts";
import type { Seeds } from "./generate/seed.ts";
import type { Control } from "./control/control_file.ts";
import { refuseSwitchedOff } from "./control/refuse_switched_off.ts";
import { cors } from "./cors/cors.ts";
import { exposedHeaders } from "./cors/exposed_headers.ts";
import type { OriginPolicy } from "./cors/origin_policy.ts";
import {
  assertAcceptable,
  type HandlerNeeds,
  holdBody,
  refusePreconditions,
} from "./handwritten/before_handler.ts";
import type { HandwrittenRoute } from "./handwritten/define_route.ts";
import { createCallerFactory } from "./handwritten/query_caller.ts";
import type { IdempotencyOptions } from "./idempotency/read_repeatable.ts";
import { refuseInput } from "./input/refuse_input.ts";
import type { BodyLimits } from "./input/body/read_body.ts";
import type { AddressReader } from "./load/client_address.ts";
import type { Load } from "./load/load.ts";
import { accessLog } from "./middleware/access_log.ts";
import { announceDeprecation } from "./middleware/announce_deprecation.ts";
import { announceFailover } from "./middleware/announce_failover.ts";
import { checkHead, type HeadLimits } from "./middleware/check_head.ts";
import { checkUrl } from "./middleware/check_url.ts";
import { WholeResponses } from "./middleware/head.ts";
import { nameRoute } from "./middleware/name_route.ts";
import type { NoteCaller } from "./middleware/note_caller.ts";
import { requestId } from "./middleware/request_id.ts";
import { type SecureHeaders, securityHeaders } from "./middleware/security_headers.ts";
import { shedLoad } from "./middleware/shed_load.ts";
import type { Step } from "./step.ts";
import { throughSteps } from "./through_steps.ts";
import { timing } from "./middleware/timing.ts";
import { type CassandraTracing, traceCassandra } from "./auth/trace_cassandra.ts";
import { tracing } from "./middleware/tracing.ts";
import { mountQueries, sharedRoutes } from "./mount.ts";
import { answerUnmatched } from "./not_found.ts";
import { componentNames } from "./openapi/component_names.ts";
import { type ApiInfo, makeDocument } from "./openapi/document.ts";
import { createIndex } from "./openapi/index_page.ts";
import { nameSchemas } from "./openapi/name_schemas.ts";
import type { Cursors } from "./paging/cursors.ts";
import { enforceQuotas } from "./quota/enforce_quotas.ts";
import type { Quotas } from "./quota/quotas.ts";
import { onlyQuotas, type QuotaSelector, quotasIn, selectQuotas } from "./quota/select_quotas.ts";
import { problemResponse } from "./respond/problem.ts";
import { bySpecificity, findHidden } from "./route_pattern.ts";

export interface AppOptions {
  /** The queries to serve; null while there are none, as before the first connection. */
  readonly prepared: readonly PreparedQuery[] | null;
  readonly handwritten: readonly HandwrittenRoute[];
  /** What the API says of itself. */
  readonly about: ApiInfo;
  readonly addresses: Addresses;
  /** Which web pages may call the API; null if none may. */
  readonly origins: OriginPolicy | null;
  readonly secure: SecureHeaders;
  /**
   * How the API describes itself: `/docs`, `/openapi.json`, `/` and a hint at the nearest route; null if it
   * does not.
   */
  readonly docs: Pick<DocsOptions, "files" | "login"> | null;
  readonly executor: Executor;
  readonly cursors: Cursors;
  /** What masks text with `hash`; null if no query needs it. */
  readonly hash: TextHash | null;
  /** What generated values are made from. */
  readonly seeds: Seeds;
  readonly idempotency: IdempotencyOptions;
  readonly authenticator: TokenAuthenticator | null;
  readonly possession: Possession;
  /** Whose tokens are taken; empty if every route is public. */
  readonly issuers: readonly string[];
  readonly noteCaller: NoteCaller;
  /** Who may have Cassandra trace a request; null if nobody may. */
  readonly cassandraTracing: CassandraTracing | null;
  /** What operators have switched off; null if there is no control file. */
  readonly control: Control | null;
  /** How much callers may use. */
  readonly quotas: Quotas;
  /** What bounds how much is served at once. */
  readonly load: Load;
  readonly addressOf: AddressReader;
  readonly headLimits: HeadLimits;
  readonly bodyLimits: BodyLimits;
  /** Longest that a caller may take nothing of an answer, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Null if nothing is put on record. */
  readonly auditing: Auditing | null;
  readonly observe: Observe;
  /** Why the service is not ready; null while it is. */
  readonly unreadiness: () => string | null;
}

export interface App {
  fetch(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response>;
}

/** What the units of the pipeline are made of. */
interface PipelineOptions extends AppOptions {
  readonly responses: WholeResponses;
}

/**
 * A unit of the pipeline, and the requests that pass through it: all of them, those to the API, those to
 * a route of it, or those to a hand-written route.
 */
type Unit =
  | { of: "everything"; use(options: PipelineOptions): Step[] }
  | { of: "api"; use(options: PipelineOptions): Step[] }
  | { of: "route"; use(options: PipelineOptions, route: GuardedRoute): Step[] }
  | { of: "handwritten"; use(options: PipelineOptions, needs: HandlerNeeds): Step[] };

interface GuardedRoute {
  readonly path: string;
  readonly access: Access;
  readonly deprecated: Deprecation | null;
  /** Whether it writes, or reads what is audited. */
  readonly isAudited: boolean;
  /** Whether its query writes; what a handler calls is checked when it does. */
  readonly writes: boolean;
  readonly limits: QuotaSelector;
  /** The queries that it may run. */
  readonly runs: readonly PreparedQuery[];
  /** Of a hand-written route; a query's route does the same as it reads its input (`mount.ts`). */
  readonly needs?: HandlerNeeds;
}

/**
 * What a request passes through before its route serves it, in this order. Probes and `/docs` are served
 * after the units for everything; `/`, `/openapi.json` and unknown paths, after the units for the API.
 */
const PIPELINE: readonly Unit[] = [
  { of: "everything", use: ({ responses }) => [responses.keep()] },
  { of: "everything", use: ({ secure }) => [securityHeaders(secure)] },
  { of: "everything", use: corsOf },
  { of: "everything", use: ({ addresses }) => [requestId(addresses)] },
  { of: "everything", use: () => [timing()] },
  { of: "everything", use: (options) => [accessLog(options)] },
  { of: "everything", use: ({ headLimits }) => [checkHead(headLimits)] },
  { of: "api", use: () => [checkUrl()] },
  { of: "route", use: (_, { path }) => [nameRoute(path)] },
  {
    of: "route",
    use: ({ observe }, { path, access, deprecated }) =>
      deprecated === null
        ? []
        : [announceDeprecation(deprecated, { path, isPublic: access.kind === "public", observe })],
  },
  { of: "route", use: ({ executor }, { runs }) => [announceFailover(runs, executor)] },
  { of: "route", use: ({ auditing }, route) => auditRefusals(route, auditing) },
  { of: "route", use: (options, route) => guard(route, options) },
  {
    of: "route",
    use: ({ cassandraTracing }) =>
      cassandraTracing === null ? [] : [traceCassandra(cassandraTracing)],
  },
  { of: "route", use: ({ control }, route) => refuseSwitchedOff(control, route) },
  {
    of: "route",
    use: ({ observe }, { limits }) =>
      quotasIn(limits).length === 0 ? [] : [enforceQuotas(limits.select, { observe })],
  },
  { of: "route", use: (options) => [shedLoad(options)] },
  { of: "handwritten", use: (_, { headers }) => [refusePreconditions(headers)] },
  { of: "handwritten", use: (_, { answers }) => assertAcceptable(answers) },
  { of: "handwritten", use: ({ bodyLimits }, needs) => holdBody(bodyLimits, needs) },
];

export function createApp(appOptions: AppOptions): App {
  const { prepared, addresses, docs } = appOptions;
  const responses = new WholeResponses();
  const options: PipelineOptions = { ...appOptions, responses };
  const app = new OpenAPIHono<AppEnv>({
    getPath: addresses.routePath,
    defaultHook: refuseInput,
  });
  // Around all steps, as what they do belongs to the span.
  app.use(tracing(options.addresses));
  app.use(throughSteps(pipelineOf("everything", options)));
  app.onError((error, context) => problemResponse(error, context));

  app.get(
    "/livez",
    throughSteps([nameRoute("/livez")]),
    (context) => context.json({ status: "alive" }),
  );
  app.get("/readyz", throughSteps([nameRoute("/readyz")]), (context) => {
    const reason = options.unreadiness();
    if (reason !== null) throw notReady(reason);
    return context.json({ status: "ready" });
  });
  if (docs !== null) {
    app.use("/docs/*", throughSteps([nameRoute("/docs")]));
    app.route("/docs", createDocs({ ...options, ...docs }));
    // Relative, so that it is right whatever prefix a proxy strips.
    app.get("/docs/", (context) => context.redirect("../docs", 308));
  }

  if (prepared === null) {
    app.all("*", () => {
      throw notReady(options.unreadiness() ?? "the routes are being prepared");
    });
    return { fetch: responses.fetchFrom(app) };
  }
  mountApi(app, prepared, options);
  if (docs !== null) {
    // Made once: it does not change until the routes do.
    app.route("/", createDocumentRoute(makeDocument(app, options), options));
    // A query may have this path: it is mounted first, and then answers.
    app.route("/", createIndex(options));
  }
  const ownPaths = docs !== null ? [...OWN_PATHS, "/", "/docs/"] : PROBES;
  app.notFound(
    answerUnmatched({ ...options, docs: docs !== null, routes: routesIn(app), ownPaths }),
  );
  return { fetch: responses.fetchFrom(app) };
}

function mountApi(
  app: OpenAPIHono<AppEnv>,
  prepared: readonly PreparedQuery[],
  options: PipelineOptions,
): void {
  app.use(throughSteps(pipelineOf("api", options)));
  const { stallTimeoutMs } = options;
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
          route.mount(app, { callers, stallTimeoutMs, before, quotas });
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
    endpointOf(sorted[index]!, description)
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

/** The steps of every request, or of requests to the API. */
function pipelineOf(
  of: "everything" | "api",
  options: PipelineOptions,
): Step[] {
  return PIPELINE.flatMap((unit) => unit.of === of ? unit.use(options) : []);
}

/** Nothing where no web page may call the API: its requests pay nothing. */
function corsOf({ origins, handwritten }: PipelineOptions): Step[] {
  if (origins === null) return [];
  const exposed = exposedHeaders(handwritten.map(({ description }) => description));
  return [cors({ policy: origins, exposed })];
}

/** The middleware in front of a route. */
function beforeRoute(route: GuardedRoute, options: PipelineOptions): MiddlewareHandler<AppEnv>[] {
  const { needs } = route;
  const steps = PIPELINE.flatMap((unit) => {
    if (unit.of === "route") return unit.use(options, route);
    const isOwn = unit.of === "handwritten" && needs !== undefined;
    return isOwn ? unit.use(options, needs) : [];
  });
  return [throughSteps(steps, { outer: pipelineOf("everything", options) })];
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
