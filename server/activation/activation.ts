/**
 * From files and a session to routes that are served, again and again: at boot, when Cassandra returns,
 * when the schema drifts, and when files change. The old routes serve until the new ones are whole, and
 * follow the schema until then. What it serves with is the caller's.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import { backoff } from "../../db/driver/timing/backoff.ts";
import { sleep } from "../../db/driver/timing/sleep.ts";
import type { Session } from "../../db/driver/session.ts";
import type { SchemaChange } from "../../db/driver/schema_watch/schema_watch.ts";
import { isSame, type Preparation, prepareTogether } from "../../db/prepare/prepare_queries.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { findUnchanged } from "../../db/prepare/unchanged_queries.ts";
import type { CursorTable } from "../../db/schema/cursor_table.ts";
import { createTableReader } from "../../db/schema/table.ts";
import { assertSchemaVersion } from "../../db/migrate/record/schema_version.ts";
import { inspectProject, readProjectSchema } from "../../guardrails/inspect_project.ts";
import type { Observe } from "../../observe/observation.ts";
import type { LoadedRoute } from "../../routes/handwritten/load_routes.ts";
import { explain, failureOf, SOME_UNCHANGED, unfitOf } from "./activation_failure.ts";
import { announceRoutes } from "./announce_routes.ts";
import { FirstMentions } from "./first_mentions.ts";
import { loadProject, type Project } from "./project.ts";
import { Readiness } from "./readiness.ts";
import { momentMs, pauseMs, RETRY, RETRY_FILES, Settling } from "./retry_pause.ts";

export interface ActivationOptions {
  readonly session: Session;
  readonly cqlDir: string;
  readonly keyspace: string;
  /** Of queries that do not say theirs. */
  readonly consistency: Consistency;
  /** What becomes of queries that hit a guardrail of severity `error`. */
  readonly guardrails: "refuse" | "warn";
  readonly cursorTable: CursorTable;
  readonly observe: Observe;
  /** Checks the loaded project before it is used; throws if it cannot be served. */
  readonly check: (project: Project) => void;
  /** Takes the prepared queries and the hand-written routes into service. */
  readonly serve: (prepared: readonly PreparedQuery[], routes: readonly LoadedRoute[]) => void;
}

const CASSANDRA_AWAY =
  "Cannot serve the project yet: Cassandra cannot be reached; the service retries once it can connect";
const SHUTTING_DOWN = "Cannot serve the project: the service is shutting down";

export class Activation {
  readonly #options: ActivationOptions;
  readonly #readiness: Readiness;
  readonly #mentions: FirstMentions;
  readonly #firstReady = Promise.withResolvers<void>();
  /** As the files were read last: what the next run is about. */
  #wanted: Project | null = null;
  /** Null until there are routes. */
  #served: Project | null = null;
  /** Its queries as they are served, or prepared again as they were. */
  #preparation: Preparation | null = null;
  /** Which of them no longer fit the schema, and why; null if all do. */
  #unfit: CatalogError | null = null;
  /** Counts the reasons why the routes may be older than the schema; `#derivedFrom` is the last one heeded. */
  #schemaChanges = 0;
  #derivedFrom = 0;
  /** Counts the runs: of two concurrent runs, the later wins. */
  #run = 0;
  /** What becomes of the first attempt of the latest run. */
  #outcome: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  /** Timer of the next run after a schema change; null if no run is scheduled. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Whether the last failure will last until somebody changes the schema or the files. */
  #isAboutSchema = false;
  readonly #settling = new Settling();
  #isRetrying: () => boolean = never;
  /** The last warning, so that it is logged once and not at every attempt. */
  #warned: string | null = null;

  constructor(options: ActivationOptions) {
    this.#options = options;
    this.#readiness = new Readiness(options.observe);
    this.#mentions = new FirstMentions(options.observe);
    options.session.onStateChange((state, changed) => {
      if (state === "up" && changed) this.#schemaChanges++;
      // One more node may be what a quorum lacked.
      if (state === "up" && (changed || this.#isRetrying())) this.run();
      else if (state === "down") this.#readiness.setObstacle("Cassandra cannot be reached");
    });
    options.session.onSchemaChange(({ isAnnounced }) => this.#runSoon(isAnnounced));
  }

  /** Why the service is not ready, in words fit for anybody; null while it is. */
  get obstacle(): string | null {
    return this.#readiness.obstacle;
  }

  /** Takes note whether Cassandra has the replicas up that any of the routes needs. */
  noteServable(isAnyServable: boolean): void {
    this.#readiness.noteServable(isAnyServable);
  }

  /** Resolves when queries are served for the first time. Never rejects. */
  get ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  /**
   * Reads the files; they are what the next run is about. Hand-written routes are imported only
   * the first time: a process does not reload code.
   *
   * @throws {ProjectError} and keeps what it had
   */
  async load(): Promise<void> {
    this.#wanted = await this.#read();
  }

  async #read(): Promise<Project> {
    const { cqlDir, keyspace, check } = this.#options;
    const project = await loadProject(cqlDir, {
      keyspace,
      routes: this.#wanted?.routes,
      warn: (message) => this.#mentions.warning(message),
    });
    check(project);
    return project;
  }

  /**
   * Reads the files and serves what they say. What keeps them from being served is tried again, as at
   * boot, since it may lie in the schema.
   *
   * @param assertWhole throws if some files may have been read before a change and others after it
   * @throws {ProjectError} if the files have mistakes; the previous project stays in use
   * @throws the error of the first attempt; the old routes serve until a later attempt succeeds
   */
  async reload(assertWhole: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const project = await this.#read();
    await assertWhole();
    this.#wanted = project;
    if (this.#options.session.state !== "up") {
      throw new Error(CASSANDRA_AWAY);
    }
    await this.#begin({ isHeard: true });
  }

  /** Tries until it succeeds, Cassandra goes away, or a later run begins. */
  run(): void {
    this.#begin({ isHeard: false }).catch(() => {});
  }

  /** @param isHeard whether the caller reports the outcome, so that the log need not */
  #begin({ isHeard }: { readonly isHeard: boolean }): Promise<void> {
    this.#outcome = this.#tryFirst(++this.#run, isHeard);
    return this.#outcome;
  }

  /** Resolves once served; rejects with what the first attempt failed with, and then keeps trying. */
  async #tryFirst(run: number, isHeard: boolean): Promise<void> {
    const { session } = this.#options;
    const isOver = () => run !== this.#run || this.#isStopped || session.state !== "up";
    try {
      await this.#attempt(isOver);
      if (!isOver()) return;
    } catch (error) {
      if (!isOver()) {
        if (isHeard) this.#warned = failureOf(error).reason;
        this.#fail(error);
        this.#keepTrying(isOver);
        throw error;
      }
    }
    // A later run is about the same files, or newer ones.
    if (run !== this.#run) return await this.#outcome;
    throw new Error(this.#isStopped ? SHUTTING_DOWN : CASSANDRA_AWAY);
  }

  /** Never rejects. */
  async #keepTrying(isOver: () => boolean): Promise<void> {
    const isRetrying = () => !isOver();
    this.#isRetrying = isRetrying;
    for (const delayMs of backoff(this.#isBehind || this.#unfit !== null ? RETRY_FILES : RETRY)) {
      const waitMs = pauseMs(delayMs, { isAboutSchema: this.#isAboutSchema });
      await sleep(waitMs, this.#stopping.signal);
      if (isOver()) return;
      try {
        await this.#attempt(isOver);
        // A later run may be retrying by now.
        if (isOver()) return;
        this.#isRetrying = never;
        // What showed a change meanwhile was left to the attempts, and came too late for the last one.
        if (this.#derivedFrom !== this.#schemaChanges) this.#schedule({ isAnnounced: false });
        return;
      } catch (error) {
        if (isOver()) return;
        this.#fail(error);
      }
    }
  }

  /**
   * Derives everything again, once for the changes that come together, as those of a migration do. What
   * requests find out is no reason to hurry where it stays as it is: a table that is gone, or nodes that
   * do not agree.
   */
  #runSoon(isAnnounced: boolean): void {
    this.#schemaChanges++;
    this.#schedule({ isAnnounced });
  }

  #schedule({ isAnnounced }: SchemaChange): void {
    if (this.#isStopped || this.#timer !== null) return;
    if (!isAnnounced && this.#isRetrying()) return;
    const settleMs = this.#settling.pauseMs({ isAnnounced });
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.run();
    }, settleMs + momentMs(this.#served?.queries.length ?? 0));
  }

  /** Begins no more runs, and ends the one that is under way. */
  stop(): void {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Whether the files that were read last are not what is served. */
  get #isBehind(): boolean {
    return this.#served !== null && this.#served !== this.#wanted;
  }

  /** Throws also where some routes are served: those that do not fit are tried again. */
  async #attempt(isOver: () => boolean): Promise<void> {
    if (this.#wanted === null) throw new TypeError("Cannot activate: nothing is loaded");
    this.#settling.noteAttempt();
    try {
      await this.#derive(this.#wanted, isOver);
    } catch (error) {
      const isStale = this.#derivedFrom !== this.#schemaChanges;
      if (this.#isBehind && isStale && !isOver()) await this.#followSchema(isOver);
      throw error;
    }
    if (this.#unfit !== null && !isOver()) throw this.#unfit;
  }

  /** Derives what is served while other files cannot be. */
  async #followSchema(isOver: () => boolean): Promise<void> {
    const before = this.#unfit;
    await this.#derive(this.#served!, isOver);
    if (this.#unfit !== null && this.#unfit !== before) this.#warn(SOME_UNCHANGED, this.#unfit);
  }

  /**
   * Serves a project, if the cluster can. What was served is ready again once the cluster answers, and of its
   * queries only those stay as they were that do not fit: a table that is gone must not keep the others
   * from following a type that has changed.
   */
  async #derive(project: Project, isOver: () => boolean): Promise<void> {
    const { session, keyspace, cursorTable, guardrails, observe, serve } = this.#options;
    // Before the first write. Beside the rest, which takes longer.
    const compared = this.#served === null ? session.compareClocks() : null;
    const [startedAt, schemaChanges] = [performance.now(), this.#schemaChanges];
    const { queries, migrations, routes } = project;
    const isServed = project === this.#served;
    const before = isServed ? this.#preparation : null;
    const finding = findUnchanged(session, before);
    const notice = await assertSchemaVersion(session, { migrations, keyspace });
    // What was served is ready again once the cluster has answered, which the history has shown.
    const resume = () => this.#served !== null && !isOver() && this.#readiness.setObstacle(null);
    if (isServed && !this.#readiness.isClear) {
      if (migrations === null) await cursorTable.findObstacle();
      if (isOver()) return;
      resume();
      // Every replica sees Cassandra return at the same moment, and none of their callers waits for this.
      return this.#schedule({ isAnnounced: true });
    }
    if (migrations !== null) resume();
    // A node that has just started is slow to answer, so all questions are sent at once.
    const unchanged = await finding;
    const readTable = createTableReader(session, unchanged.tables);
    const preparing = begun(prepareTogether(session, queries, { readTable, before, unchanged }));
    const reading = begun(readProjectSchema(session, queries, { keyspace, readTable }));
    const obstacle = await cursorTable.findObstacle();
    resume();
    const preparation = await preparing;
    const inspection = inspectProject(preparation.prepared, await reading, this.#options);
    await compared;
    if (isOver()) return;
    // What is served was let in; a start, or a reload, refuses it.
    this.#mentions.heed(inspection, isServed ? "warn" : guardrails);
    if (notice !== null) this.#mentions.notice(notice);
    if (obstacle !== null) this.#mentions.warning(`Long cursors are not kept: ${obstacle}`);
    this.#derivedFrom = schemaChanges;
    const unfit = unfitOf(preparation, this.#unfit);
    // An attempt for the sake of those that did not fit, and still do not.
    const isInVain = unfit !== null && isSame(preparation, before);
    if (!isInVain) serve(preparation.prepared, routes);
    this.#preparation = preparation;
    if (isInVain) return;
    this.#unfit = unfit;
    announceRoutes(observe, {
      project,
      before: this.#served,
      prepared: preparation.prepared,
      durationMs: performance.now() - startedAt,
    });
    this.#served = project;
    if (unfit === null) this.#warned = null;
    this.#readiness.setObstacle(null);
    this.#firstReady.resolve();
  }

  /**
   * What has been served stays in service, whatever keeps it from being derived again: a schema that has moved
   * ahead, or a Cassandra that is slow to answer, must not take every replica out.
   */
  #fail(error: unknown): void {
    const { reason, summary, isAboutSchema, awaitsMigrations } = failureOf(error);
    this.#isAboutSchema = isAboutSchema;
    // Where Cassandra was away it is not known to be there again before it has answered.
    const isThere = isAboutSchema || this.#readiness.isClear;
    if (this.#served === null || !isThere) {
      return this.#readiness.setObstacle(summary, { reason, awaitsMigrations });
    }
    this.#readiness.setObstacle(null);
    if (reason === this.#warned) return;
    this.#warned = reason;
    const isBehind = this.#isBehind;
    const message = error === this.#unfit ? SOME_UNCHANGED : explain({ isBehind, isAboutSchema });
    this.#warn(message, error);
  }

  #warn(message: string, cause: unknown): void {
    this.#options.observe({ kind: "warning", message, cause });
  }
}

function never(): boolean {
  return false;
}

/** Work that is awaited later. If something else fails before, nobody hears how it ends. */
function begun<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => {});
  return work;
}
