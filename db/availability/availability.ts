/**
 * Which queries can be served at their consistency now. It counts the replicas that are up, partition by
 * partition, and asks Cassandra before it believes that they are too few (`trial.ts`): a query is refused
 * only where both say so. It asks again twice a second while something is missing.
 *
 * It decides nothing about readiness, and changes no consistency.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { Observe, UnreachableQuery } from "../../observe/observation.ts";
import type { BoundValues } from "../driver/internals/driver_types.ts";
import type { Session } from "../driver/session.ts";
import { routingKeyOf } from "../driver/statements/statement.ts";
import type { Topology } from "../driver/client/topology.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import { isLocallySerial, type Level, type LevelDefaults, levelsOf } from "./levels_of.ts";
import { type Coverage, RingCoverage, type Shortfall } from "./shortfalls.ts";
import { rangeOf } from "./token_ring.ts";
import { type TrialOutcome, type TrialTable, tryLevel } from "./trial.ts";

/** The outcome of a trial, and when it ended. */
interface Tried {
  readonly outcome: TrialOutcome;
  /** In the time of `performance.now()`. */
  readonly at: number;
}

export interface AvailabilityOptions {
  readonly session: Pick<
    Session,
    "keyspace" | "state" | "away" | "topology" | "executeOwn" | "onHostsChange" | "onSchemaChange"
  >;
  /** Where a query says nothing of it. */
  readonly consistency: Consistency;
  readonly observe: Observe;
}

/** A level, and what we know about it. */
interface WatchedLevel extends Level {
  /** Of its keyspace; null if no query names one. */
  readonly table: TrialTable | null;
  /** Of the trials, by shortfall. */
  readonly tried: Map<string, Tried>;
  /** Null while nothing is missing, or nobody can say. */
  coverage: Coverage | null;
}

interface WatchedQuery {
  readonly name: string;
  readonly consistency: Consistency;
  readonly levels: readonly WatchedLevel[];
  readonly isLocallySerial: boolean;
}

const WHILE_SHORT_MS = 500;
const AFTER_SCHEMA_CHANGE_MS = 2_000;
/** For changes that nothing announces. */
const OTHERWISE_MS = 30_000;
/** Further shortfalls wait for their turn, and are not believed until then. */
const MAX_TRIALS_AT_ONCE = 8;

export class Availability {
  readonly #options: AvailabilityOptions;
  readonly #defaults: LevelDefaults;
  readonly #ringCoverage = new RingCoverage();
  #levels = new Map<string, WatchedLevel>();
  #queries: readonly WatchedQuery[] = [];
  #topology: Topology | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isLooking = false;
  /** Whether something has changed since the look that is under way began. */
  #isOutdated = false;
  #isClosed = false;
  /** Whether it has said so. */
  #isBaffled = false;
  /** When the driver knows of the last change of the schema, in the time of `performance.now()`. */
  #settledAt = -Infinity;
  /** Whether we know of a level that is missed somewhere. */
  #isShort = false;
  #reported = "";

  constructor(options: AvailabilityOptions) {
    this.#options = options;
    const { session, consistency } = options;
    this.#defaults = { keyspace: session.keyspace, consistency };
    session.onHostsChange(() => this.#look());
    // It may be the replication that has changed, and the driver reads that a moment later.
    session.onSchemaChange(() => {
      this.#settledAt = performance.now() + AFTER_SCHEMA_CHANGE_MS;
      this.#lookIn(AFTER_SCHEMA_CHANGE_MS);
    });
  }

  /** Watches these queries from now on, instead of those before. */
  watch(prepared: readonly PreparedQuery[]): void {
    const before = this.#levels;
    this.#levels = new Map();
    this.#queries = prepared.map((each) => ({
      name: each.query.name,
      consistency: each.query.consistency.level ?? this.#defaults.consistency,
      isLocallySerial: isLocallySerial(each.query, this.#defaults),
      levels: levelsOf(each, this.#defaults).map((level) => this.#levelOf(level, each, before)),
    }));
    this.#reported = "";
    this.#report();
    this.#look();
  }

  #levelOf(
    level: Level,
    prepared: PreparedQuery,
    before: ReadonlyMap<string, WatchedLevel>,
  ): WatchedLevel {
    const name = nameOf(level);
    const known = this.#levels.get(name);
    if (known?.table != null) return known;
    const { tried = new Map(), coverage = null } = known ?? before.get(name) ?? {};
    const watched = { ...level, table: trialTableOf(prepared, level), tried, coverage };
    this.#levels.set(name, watched);
    return watched;
  }

  /**
   * Refuses a statement that cannot be served, before it is sent. Costs nothing while nothing is missing.
   *
   * @throws {ServiceError} `unavailable`
   */
  admit(prepared: PreparedQuery, values: BoundValues): void {
    const isAway = this.#options.session.away !== null;
    if (isAway && isLocallySerial(prepared.query, this.#defaults)) {
      throw new ServiceError(
        "unavailable",
        "Only the local data centre can serve this route, and it is down; nothing was sent: retry later",
      );
    }
    if (this.#isShort) this.#assertReachable(prepared, values);
    if (!isAway) return;
    const { level } = prepared.query.consistency;
    const consistency = level ?? this.#defaults.consistency;
    this.#options.observe({ kind: "failover_statement", consistency });
  }

  #assertReachable(prepared: PreparedQuery, values: BoundValues): void {
    const token = this.#tokenOf(prepared, values);
    for (const level of levelsOf(prepared, this.#defaults)) {
      const watched = this.#levels.get(nameOf(level));
      const shortfall = watched && shortfallAt(watched, token);
      if (shortfall) throw refusal(watched, shortfall);
    }
  }

  /** Of the partition, where it is known to be one. */
  #tokenOf({ statement }: PreparedQuery, values: BoundValues): bigint | null {
    if (this.#topology === null) return null;
    const key = routingKeyOf(statement, values);
    return key === undefined ? null : this.#topology.tokenOf(key);
  }

  /** Asks no more. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Compares the replicas that queries need with those that are up; never rejects. */
  async #look(): Promise<void> {
    if (this.#isClosed) return;
    this.#isOutdated = true;
    // A trial takes up to a second, and queries whose replicas are back should be served at once.
    if (this.#isLooking) return this.#count();
    this.#isLooking = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#isOutdated && !this.#isClosed) {
      this.#isOutdated = false;
      this.#count();
      await this.#tryMissed();
      if (!this.#isOutdated) this.#report();
    }
    this.#isLooking = false;
    const isShort = this.#levelsNow().some(({ coverage }) => coverage !== null);
    const settlesInMs = this.#settledAt - performance.now();
    this.#lookIn(isShort ? WHILE_SHORT_MS : settlesInMs > 0 ? settlesInMs : OTHERWISE_MS);
  }

  /** Looks again after that time, instead of when it was to. */
  #lookIn(ms: number): void {
    if (this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), ms);
    Deno.unrefTimer(this.#timer);
  }

  #levelsNow(): WatchedLevel[] {
    return [...this.#levels.values()];
  }

  #count(): void {
    const { session, observe } = this.#options;
    try {
      this.#topology = session.state === "up" ? session.topology() : null;
    } catch (cause) {
      this.#topology = null;
      const message = "Cannot tell which replicas are up: the ring has an unknown form";
      if (!this.#isBaffled) observe({ kind: "warning", message, cause });
      this.#isBaffled = true;
    }
    for (const level of this.#levelsNow()) {
      const coverage = this.#topology && this.#ringCoverage.of(this.#topology, level);
      level.coverage = coverage?.shortfalls.size ? coverage : null;
      for (const name of level.tried.keys()) {
        if (!level.coverage?.shortfalls.has(name)) level.tried.delete(name);
      }
    }
  }

  /** Those first that were never tried, or longest ago. */
  async #tryMissed(): Promise<void> {
    const due = this.#levelsNow().flatMap((level) =>
      [...level.coverage?.shortfalls ?? []].map(([name, { token }]) => {
        return { level, name, token, at: level.tried.get(name)?.at ?? -Infinity };
      })
    ).sort((one, other) => one.at === other.at ? 0 : one.at - other.at);
    await Promise.all(
      due.slice(0, MAX_TRIALS_AT_ONCE).map(async ({ level, name, token }) => {
        const { consistency, table, tried } = level;
        const outcome = table === null
          ? "unknown"
          : await tryLevel(this.#options.session, table, { token, consistency });
        tried.set(name, { outcome, at: performance.now() });
      }),
    );
  }

  #report(): void {
    const { state, away } = this.#options.session;
    const unreachable = this.#queries.flatMap((watched) => {
      const { name: query, consistency, levels } = watched;
      const isLost = state !== "up" || away !== null && watched.isLocallySerial;
      const partitions = isLost ? "all" : shareOf(levels);
      return partitions === null ? [] : [{ query, consistency, partitions } as const];
    });
    this.#isShort = this.#levelsNow().some(isMissedSomewhere);
    const report = JSON.stringify(unreachable);
    if (report === this.#reported) return;
    this.#reported = report;
    this.#options.observe({ kind: "availability", unreachable });
  }
}

function nameOf({ keyspace, consistency }: Level): string {
  return JSON.stringify([keyspace, consistency]);
}

function trialTableOf(
  { query, statement, partitions }: PreparedQuery,
  { keyspace }: Level,
): TrialTable | null {
  // The tables of a batch may belong to other keyspaces.
  if (query.verb === "batch" || statement.keyspace !== keyspace) return null;
  const [partition] = partitions;
  if (partition === undefined || partition.columns.length === 0) return null;
  return { keyspace, table: partition.table, partitionKey: partition.columns };
}

function isMissed({ tried }: WatchedLevel, name: string | null): boolean {
  return name !== null && tried.get(name)?.outcome === "missed";
}

function isMissedSomewhere({ tried }: WatchedLevel): boolean {
  return [...tried.values()].some(({ outcome }) => outcome === "missed");
}

/**
 * What is missing for a partition; for a statement that may concern any partition, only what is missing
 * everywhere.
 */
function shortfallAt(level: WatchedLevel, token: bigint | null): Shortfall | null {
  const { coverage } = level;
  if (coverage === null) return null;
  const { byRange, ring, shortfalls } = coverage;
  const name = token === null ? byRange[0]! : byRange[rangeOf(ring, token)]!;
  const isCertain = token === null
    ? byRange.every((each) => isMissed(level, each))
    : isMissed(level, name);
  return isCertain ? shortfalls.get(name!)! : null;
}

/** Of how many partitions a query cannot be served; null for none. */
function shareOf(levels: readonly WatchedLevel[]): UnreachableQuery["partitions"] | null {
  const missed = levels.filter(isMissedSomewhere);
  if (missed.length === 0) return null;
  return missed.some((level) => shortfallAt(level, null) !== null) ? "all" : "some";
}

function refusal({ consistency, keyspace }: WatchedLevel, { missing }: Shortfall): ServiceError {
  const which = missing.length === 0
    ? "it has too few replicas"
    : `replicas that are down: ${missing.join(", ")}`;
  return new ServiceError(
    "unavailable",
    "Too few replicas are reachable to serve this request; nothing was sent: retry later",
    { cause: new Error(`${consistency} cannot be reached in keyspace "${keyspace}": ${which}`) },
  );
}
