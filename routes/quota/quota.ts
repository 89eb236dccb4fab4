/**
 * A quota: a rate, compiled for a route, and the bucket of each request. The bucket holds the burst at
 * most and fills at the rate, by a monotonic clock. Requests take from it as they are let in; rows take as
 * they are read, so that a bucket of rows can be in debt.
 *
 * @module
 */
import type { Context } from "hono";
import type { Rate, RatePartition } from "../../catalog/query.ts";
import { defaultPartition, nameOfRate } from "../../catalog/tags/parts/rate_name.ts";
import type { AppEnv } from "../context.ts";
import type { BucketGroup, BucketTable } from "./bucket_table.ts";
import { compileAmount } from "./claimed_amount.ts";
import { compileKey, type KeyOptions } from "./partition_key.ts";

/** How much a bucket allows. */
export interface Allowance {
  /** In a unit of time, in all processes together. */
  readonly amount: number;
  readonly burst: number;
}

export interface Quota {
  /** For example `requests/s per caller`. */
  readonly name: string;
  readonly quantity: Rate["quantity"];
  readonly windowSeconds: number;
  /** What it allows, unless the caller's token sets another amount. */
  readonly allowance: Allowance;
  /** The bucket of a request. @throws {ServiceError} `missing_claim` */
  bucketOf(context: Context<AppEnv>): QuotaBucket;
}

export interface QuotaOptions extends KeyOptions {
  readonly isPublic: boolean;
  /** What is counted together: a query, a file, or everything that has no rate itself. */
  readonly over: string;
  readonly table: BucketTable;
  /** The number of processes that share the allowance. */
  readonly replicas: number;
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const satisfies Record<
  Rate["unit"],
  number
>;

export function compileQuota(rate: Rate, options: QuotaOptions): Quota {
  const per: RatePartition = rate.per ?? defaultPartition(options);
  const name = nameOfRate({ ...rate, per });
  const { table, replicas } = options;
  const windowMs = SECONDS[rate.unit] * 1_000;
  const group = table.group(`${options.over}\n${name}`, windowMs * rate.burst / rate.amount);
  const keyOf = compileKey(per, options);
  const amountOf = rate.claimed === null ? () => null : compileAmount(rate.claimed);
  const allowance = { amount: rate.amount, burst: rate.burst };
  const quota: Quota = {
    name,
    quantity: rate.quantity,
    windowSeconds: SECONDS[rate.unit],
    allowance,
    bucketOf(context) {
      const claimed = amountOf(context.get("request").identity?.claims ?? {});
      return new QuotaBucket(quota, {
        allowance: claimed === null ? allowance : scale(rate, claimed),
        // An instant means another level where the rate is another one.
        key: claimed === null ? keyOf(context) : `${claimed} ${keyOf(context)}`,
        group,
        table,
        replicas,
      });
    },
  };
  return quota;
}

/** A burst grows and shrinks with its rate. */
function scale({ amount, burst }: Rate, claimed: number): Allowance {
  return { amount: claimed, burst: Math.max(1, burst * claimed / amount) };
}

interface BucketOptions extends Pick<QuotaOptions, "table" | "replicas"> {
  readonly allowance: Allowance;
  readonly key: string;
  readonly group: BucketGroup;
}

/** Half of a clock's resolution, so that a full bucket does not fall short by a rounding error. */
const ROUNDING = 1e-6;

/** The bucket of one request. Instants are in milliseconds, as of `performance.now()`. */
export class QuotaBucket {
  readonly quota: Quota;
  readonly allowance: Allowance;
  readonly #place: BucketOptions;
  /** How long it takes to fill by one. */
  readonly #intervalMs: number;
  readonly #capacity: number;

  constructor(quota: Quota, place: BucketOptions) {
    const { allowance: { amount, burst }, replicas } = place;
    this.quota = quota;
    this.allowance = place.allowance;
    this.#place = place;
    this.#intervalMs = quota.windowSeconds * 1_000 * replicas / amount;
    // A bucket that never holds one would let nothing through.
    this.#capacity = Math.max(1, burst / replicas);
  }

  /** How much is in it: less than nothing if it is in debt. */
  level(nowMs: number): number {
    return this.#capacity - Math.max(0, this.#fullAtMs - nowMs) / this.#intervalMs + ROUNDING;
  }

  /** How long until it holds this much; zero if it does. */
  msUntil(level: number, nowMs: number): number {
    return Math.max(0, (level - this.level(nowMs)) * this.#intervalMs);
  }

  take(count: number, nowMs: number): void {
    const { table, group, key } = this.#place;
    const fullAtMs = Math.max(this.#fullAtMs, nowMs) + count * this.#intervalMs;
    table.setFullAtMs(group, { key, fullAtMs, nowMs });
  }

  get #fullAtMs(): number {
    const { table, group, key } = this.#place;
    return table.fullAtMs(group, key);
  }
}
