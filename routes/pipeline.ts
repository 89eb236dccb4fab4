/**
 * Everything that a request passes through before its route serves it: the whole pipeline in one list.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { Access, Deprecation } from "../catalog/query.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { Executor } from "../db/run/execute.ts";
import { auditRefusals } from "./audit/audit_refusals.ts";
import type { Auditing } from "./audit/record.ts";
import type { Observe } from "../observe/observation.ts";
import { guard } from "./auth/guard.ts";
import type { Possession } from "./auth/proof/possession.ts";
import type { TokenAuthenticator } from "./auth/token_authenticator.ts";
import type { Addresses } from "./addresses.ts";
import type { AppEnv } from "./context.ts";
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
import type { BodyLimits } from "./input/body/read_bytes.ts";
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
import { spareCaches } from "./middleware/spare_caches.ts";
import { shedLoad } from "./middleware/shed_load.ts";
import type { PipelineStep } from "./step.ts";
import { throughSteps } from "./through_steps.ts";
import { tracing } from "./middleware/tracing.ts";
import { timing } from "./middleware/timing.ts";
import { type CassandraTracing, traceCassandra } from "./middleware/trace_cassandra.ts";
import { enforceQuotas } from "./quota/enforce_quotas.ts";
import { type QuotaSelector, quotasIn } from "./quota/select_quotas.ts";

/** What the units of the pipeline are made of. */
export interface PipelineOptions {
  /** The whole responses to `HEAD`. */
  readonly responses: WholeResponses;
  readonly handwritten: readonly HandwrittenRoute[];
  readonly addresses: Addresses;
  /** Which web pages may call the API; null if none may. */
  readonly origins: OriginPolicy | null;
  readonly secure: SecureHeaders;
  readonly executor: Executor;
  readonly authenticator: TokenAuthenticator | null;
  readonly possession: Possession;
  readonly noteCaller: NoteCaller;
  /** Who may have Cassandra trace a request; null if nobody may. */
  readonly cassandraTracing: CassandraTracing | null;
  /** What operators have switched off; null without a control file. */
  readonly control: Control | null;
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
}

/**
 * A unit of the pipeline, and the requests that pass through it: all of them, those to the API, those to
 * a route of it, or those to a hand-written route.
 */
type Unit =
  | { of: "everything"; use(options: PipelineOptions): PipelineStep[] }
  | { of: "api"; use(options: PipelineOptions): PipelineStep[] }
  | { of: "route"; use(options: PipelineOptions, route: GuardedRoute): PipelineStep[] }
  | { of: "handwritten"; use(options: PipelineOptions, needs: HandlerNeeds): PipelineStep[] };

export interface GuardedRoute {
  readonly path: string;
  readonly access: Access;
  readonly deprecated: Deprecation | null;
  /** Whether it writes, or its reads are audited. */
  readonly isAudited: boolean;
  /** Whether its query writes; a handler's queries are checked when it calls them. */
  readonly writes: boolean;
  readonly limits: QuotaSelector;
  /** The queries that it may run. */
  readonly runs: readonly PreparedQuery[];
  /** Of a hand-written route; a query's route does the same as it reads its input (`mount.ts`). */
  readonly needs?: HandlerNeeds;
}

/**
 * Everything that a request passes through before its route serves it, in this order. Probes and `/docs` are
 * served after the units for everything; `/`, `/openapi.json` and unknown paths, after those for the API, too.
 */
const PIPELINE: readonly Unit[] = [
  { of: "everything", use: ({ responses }) => [responses.keep()] },
  { of: "everything", use: () => [spareCaches()] },
  { of: "everything", use: ({ secure }) => [securityHeaders(secure)] },
  { of: "everything", use: corsOf },
  {
    of: "everything",
    use: ({ addresses: { publicUrl }, stallTimeoutMs }) => [
      requestId({ publicUrl, stallTimeoutMs }),
    ],
  },
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

/**
 * The middleware in front of what is no route of the API.
 *
 * @param of the units for everything, or those for the API, too
 * @param more steps after those
 */
export function beforeOther(
  of: "everything" | "api",
  options: PipelineOptions,
  more: readonly PipelineStep[] = [],
): MiddlewareHandler<AppEnv> {
  const steps = PIPELINE.flatMap((unit) =>
    unit.of === "everything" || unit.of === of ? unit.use(options) : []
  );
  return through([...steps, ...more], options);
}

/** Nothing where no web page may call the API: its requests pay nothing. */
function corsOf({ origins, handwritten }: PipelineOptions): PipelineStep[] {
  if (origins === null) return [];
  const exposed = exposedHeaders(handwritten.map(({ description }) => description));
  return [cors({ policy: origins, exposed })];
}

/** The middleware in front of a route of the API. */
export function beforeRoute(
  route: GuardedRoute,
  options: PipelineOptions,
): MiddlewareHandler<AppEnv> {
  const { needs } = route;
  const steps = PIPELINE.flatMap((unit) => {
    if (unit.of === "everything" || unit.of === "api") return unit.use(options);
    if (unit.of === "route") return unit.use(options, route);
    const isOwn = unit.of === "handwritten" && needs !== undefined;
    return isOwn ? unit.use(options, needs) : [];
  });
  return through(steps, options);
}

/** All steps are one middleware: each more would cost every request a promise that it has to wait for. */
function through(
  steps: readonly PipelineStep[],
  { addresses }: PipelineOptions,
): MiddlewareHandler<AppEnv> {
  return tracing(addresses, throughSteps(steps));
}
