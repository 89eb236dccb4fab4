/**
 * Refuses a request whose caller has used up a quota of its route. It runs after access control, since a
 * request that is refused there uses up nothing, and before the request takes a slot or Cassandra is asked.
 * All quotas are checked before any is taken from: a request that is refused uses up nothing either.
 *
 * @module
 */
import type { Context } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { Observe } from "../../observe/observation.ts";
import type { AppEnv } from "../context.ts";
import type { PipelineStep } from "../step.ts";
import type { Quota, QuotaBucket } from "./quota.ts";
import { rateLimitFields, wholeSeconds } from "./rate_limit_fields.ts";

/** The quotas of a query, or of a hand-written route. */
export interface QuotaSet {
  /** The name of the query, or the method and path of the route. */
  readonly of: string;
  readonly quotas: readonly Quota[];
}

export interface EnforceOptions {
  readonly observe: Observe;
  /** The monotonic clock, in milliseconds. Default: that of the process. */
  readonly now?: () => number;
}

/** @param select the quotas of a request: which of several queries it is for decides */
export function enforceQuotas(
  select: (context: Context<AppEnv>) => QuotaSet,
  { observe, now = () => performance.now() }: EnforceOptions,
): PipelineStep {
  return {
    name: "enforceQuotas",
    enter(context) {
      const { of, quotas } = select(context);
      if (quotas.length === 0) return;
      const request = context.get("request");
      const buckets = quotas.map((quota) => quota.bucketOf(context));
      const nowMs = now();
      const refusing = buckets.filter((bucket) => bucket.level(nowMs) < 1);
      if (refusing.length > 0) {
        const policies = refusing.map(({ quota }) => quota.name);
        request.policy = policies[0]!;
        for (const policy of policies) observe({ kind: "rate_limited", query: of, policy });
        throw usedUp(refusing, { buckets, nowMs });
      }
      const [requests, rows] = partition(buckets);
      for (const bucket of requests) bucket.take(1, nowMs);
      if (rows.length > 0) {
        const countRows = (count: number) => {
          for (const bucket of rows) bucket.take(count, now());
        };
        request.countRows = countRows;
        const rowsObstacle = () => {
          const nowMs = now();
          const inDebt = rows.filter((bucket) => bucket.level(nowMs) < 0);
          if (inDebt.length === 0) return null;
          const { names, seconds } = describeWait(inDebt, nowMs);
          return `the quota of ${names} is used up: wait ${seconds} s, then send the rest`;
        };
        request.rowsObstacle = rowsObstacle;
      }
      const quotaFields = () => rateLimitFields(buckets, now());
      request.quotaFields = quotaFields;
    },
    headers(context, headers) {
      const fields = context.get("request").quotaFields?.() ?? {};
      for (const [name, value] of Object.entries(fields)) headers.set(name, value);
    },
  };
}

function usedUp(
  refusing: readonly QuotaBucket[],
  { buckets, nowMs }: { readonly buckets: readonly QuotaBucket[]; readonly nowMs: number },
): ServiceError {
  const { names, seconds } = describeWait(refusing, nowMs);
  return new ServiceError(
    "rate_limited",
    `The quota of ${names} is used up: wait ${seconds} s, then repeat the request`,
    { headers: { ...rateLimitFields(buckets, nowMs), "retry-after": `${seconds}` } },
  );
}

function describeWait(
  buckets: readonly QuotaBucket[],
  nowMs: number,
): { readonly names: string; readonly seconds: number } {
  const waitMs = Math.max(...buckets.map((bucket) => bucket.msUntil(1, nowMs)));
  return {
    names: buckets.map(({ quota }) => `"${quota.name}"`).join(" and "),
    seconds: Math.max(1, wholeSeconds(waitMs)),
  };
}

function partition(
  buckets: readonly QuotaBucket[],
): [requests: QuotaBucket[], rows: QuotaBucket[]] {
  const isOfRequests = ({ quota }: QuotaBucket) => quota.quantity === "requests";
  return [buckets.filter(isOfRequests), buckets.filter((bucket) => !isOfRequests(bucket))];
}
