/**
 * The one session of a process: it connects in the background until it succeeds, knows at any moment
 * whether Cassandra can be reached, and runs statements. It owns the driver's client; reconnecting,
 * host state and pools are the driver's work.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import type { Consistency, SerialConsistency } from "../../catalog/query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { ConnectionState, Observe } from "../../observe/observation.ts";
import { backoff } from "./backoff.ts";
import { clientOptions, type ConnectionOptions } from "./client_options.ts";
import { CONSISTENCY_CODES } from "./consistency.ts";
import { onSchemaEvent } from "./driver_internals.ts";
import { NO_HOSTS, type SeenHosts, seenHosts } from "./host_states.ts";
import type { BoundValues, PreparedStatement, RawResult, WriteTime } from "./driver_types.ts";
import { connectionFailure, mapError } from "./map_error.ts";
import { isRefusal } from "./refusal.ts";
import { agreesOnSchema } from "./schema_agreement.ts";
import { SchemaChanged } from "./schema_changed.ts";
import { type SchemaListener, SchemaWatch } from "./schema_watch.ts";
import { sleep } from "./sleep.ts";
import { checkStatement, executeBatch, executeStatement, prepareStatement } from "./statement.ts";

export interface SessionOptions extends ConnectionOptions {
  /** Where a statement has none of its own. */
  readonly consistency: Consistency;
  /** Longest that a statement may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  readonly observe: Observe;
}

/** How one execution of a statement differs from the session's defaults. */
export interface StatementOptions {
  readonly consistency: Consistency | null;
  readonly serialConsistency: SerialConsistency | null;
  readonly writes: boolean;
  readonly idempotent: boolean;
  /** Rows in a page. */
  readonly fetchSize: number;
  readonly pagingState?: Buffer | undefined;
  /** The most bytes of rows that are taken. Default: no bound. */
  readonly maxAnswerBytes?: number | undefined;
  /** Default: that of the session. */
  readonly timeoutMs?: number;
  /** Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
}

/** `changed` is false where it is up as before, with more nodes of the local data centre than before. */
type StateListener = (state: ConnectionState, changed: boolean) => void;

const CONNECT_BACKOFF = { baseMs: 250, capMs: 1_000 };

/** One client, made at boot and closed at the end. */
export class Session {
  readonly #options: SessionOptions;
  readonly #observe: Observe;
  readonly #closing = new AbortController();
  readonly #writeTimes = cassandra.policies.defaultTimestampGenerator();
  readonly #listeners: StateListener[] = [];
  readonly #schema: SchemaWatch;
  /** The statements of the service's own, by their text. */
  readonly #own = new Map<string, Promise<PreparedStatement>>();
  #client: cassandra.Client | null = null;
  #state: ConnectionState = "connecting";
  #hostsUp = 0;
  #connecting: Promise<void> | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#observe = options.observe;
    this.#schema = new SchemaWatch(options.keyspace);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get requestTimeoutMs(): number {
    return this.#options.requestTimeoutMs;
  }

  get keyspace(): string | null {
    return this.#options.keyspace;
  }

  /** Calls back on each change from the next one on. */
  onStateChange(listener: StateListener): void {
    this.#listeners.push(listener);
  }

  /** Calls back when the schema has changed, or a statement or a result has shown that it has. */
  onSchemaChange(listener: SchemaListener): void {
    this.#schema.onChange(listener);
  }

  /** Reports that prepared statements no longer fit the schema, so listeners derive them again. */
  noteSchemaChange(): void {
    this.#schema.notify();
  }

  /** Begins to connect and goes on until it succeeds or the session is closed. Does not wait. */
  open(): void {
    this.#connecting ??= this.#connect();
  }

  /** Resolves once connected; rejects with the reason of the first failure. For one-shot commands. */
  async openOnce(): Promise<void> {
    await this.#attempt();
  }

  async #connect(): Promise<void> {
    const { signal } = this.#closing;
    // The driver cannot break off an attempt; one that succeeds after the close ends itself.
    const closed = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
    for (const retryInMs of backoff(CONNECT_BACKOFF)) {
      try {
        return await Promise.race([this.#attempt(), closed]);
      } catch (error) {
        if (signal.aborted) return;
        const reason = connectionFailure(error);
        this.#observe({ kind: "connection", state: "connecting", ...NO_HOSTS, reason, retryInMs });
      }
      await sleep(retryInMs, signal);
      if (signal.aborted) return;
    }
  }

  /** A client that failed to connect is thrown away: what it half knows must not linger. */
  async #attempt(): Promise<void> {
    const client = this.#createClient();
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown().catch(() => {});
      throw error;
    }
    if (this.#closing.signal.aborted) return await client.shutdown();
    this.#client = client;
    // Deferred: the driver learns a new node's data centre only after the event, and no other event
    // follows.
    const refresh = () => setTimeout(() => this.#refresh());
    for (const event of ["hostUp", "hostDown", "hostAdd", "hostRemove"]) client.on(event, refresh);
    this.#refresh();
  }

  /** Derives the state from the hosts that the driver knows. */
  #refresh(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#client === null) return;
    const seen = seenHosts(this.#client, this.#options.localDatacenter);
    if (seen.hostsUp > 0) return this.#setState("up", seen);
    this.#setState("down", seen, "no node of the local data centre is reachable");
  }

  #setState(state: ConnectionState, seen: SeenHosts, reason: string | null = null): void {
    const [changed, hasMore] = [state !== this.#state, seen.hostsUp > this.#hostsUp];
    [this.#state, this.#hostsUp] = [state, seen.hostsUp];
    this.#observe({ kind: "connection", state, ...seen, reason, retryInMs: null });
    if (changed || hasMore) this.#listeners.forEach((listener) => listener(state, changed));
  }

  #createClient(): cassandra.Client {
    const client = new cassandra.Client(clientOptions(this.#options, this.#writeTimes));
    client.on("log", (level: string, source: string, message: string, detail: unknown) => {
      if (level === "error") {
        this.#observe({ kind: "warning", message: `${source}: ${message}`, cause: detail });
      }
    });
    onSchemaEvent(client, (keyspace) => this.#schema.announce(keyspace));
    return client;
  }

  /** The connected client. */
  #connected(): cassandra.Client {
    if (this.#client === null || this.#state !== "up") {
      throw new ServiceError(
        "unavailable",
        "Cassandra is unreachable; the service reconnects by itself: retry later",
      );
    }
    return this.#client;
  }

  /** @throws the driver's errors as they are, since what they say about the statement matters here */
  prepare(cql: string): Promise<PreparedStatement> {
    const client = this.#connected();
    return this.#schema.prepared(() => prepareStatement(client, cql));
  }

  /**
   * Runs a statement of the service's own, that no query file has.
   *
   * @throws {ServiceError} whatever goes wrong
   */
  async executeOwn(
    cql: string,
    values: BoundValues,
    options: StatementOptions,
  ): Promise<RawResult> {
    try {
      const preparing = this.#own.get(cql) ?? this.prepare(cql);
      this.#own.set(cql, preparing);
      return await this.execute(await preparing, values, options);
    } catch (error) {
      this.#own.delete(cql);
      const cause = isRefusal(error) ? new SchemaChanged(error.message, { cause: error }) : error;
      throw mapError(cause, options);
    }
  }

  /**
   * Runs a prepared statement once, with retries where it is idempotent.
   *
   * @throws {ServiceError} whatever goes wrong; at once while Cassandra is unreachable
   */
  async execute(
    statement: PreparedStatement,
    values: BoundValues,
    options: StatementOptions,
  ): Promise<RawResult> {
    const client = this.#connected();
    await this.#assertFits(client, statement);
    try {
      return await executeStatement(client, statement, values, {
        consistency: this.#consistencyOf(options),
        serialConsistency: options.serialConsistency === null
          ? undefined
          : CONSISTENCY_CODES[options.serialConsistency],
        fetchSize: options.fetchSize,
        pagingState: options.pagingState,
        maxAnswerBytes: options.maxAnswerBytes,
        isIdempotent: options.idempotent,
        readTimeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
        writeTime: options.writeTime,
      });
    } catch (error) {
      throw mapError(error, { ...options, resumes: options.pagingState !== undefined });
    }
  }

  /**
   * Runs a prepared write for several rows of one partition at once: all are written or none.
   *
   * @throws {ServiceError} whatever goes wrong; at once while Cassandra is unreachable
   */
  async executeBatch(
    statement: PreparedStatement,
    rows: readonly BoundValues[],
    options: Omit<StatementOptions, "serialConsistency" | "fetchSize" | "pagingState">,
  ): Promise<RawResult> {
    const client = this.#connected();
    await this.#assertFits(client, statement);
    try {
      return await executeBatch(client, statement, rows, {
        consistency: this.#consistencyOf(options),
        isIdempotent: options.idempotent,
        readTimeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
        writeTime: options.writeTime,
      });
    } catch (error) {
      throw mapError(error, options);
    }
  }

  /** Checks a statement that may be older than the schema, before it is run under other types. */
  async #assertFits(client: cassandra.Client, statement: PreparedStatement): Promise<void> {
    if (this.#schema.isChecked(statement)) return;
    try {
      await this.#schema.check(statement, () => checkStatement(client, statement));
    } catch (error) {
      throw mapError(error, { writes: false, idempotent: true });
    }
  }

  /**
   * The time for a write that may take several attempts, later than all before; undefined before the
   * first connection, when nothing can be written.
   */
  nextWriteTime(): WriteTime | undefined {
    if (this.#client === null) return undefined;
    return this.#writeTimes.next(this.#client) ?? undefined;
  }

  #consistencyOf({ consistency }: Pick<StatementOptions, "consistency">): number {
    return CONSISTENCY_CODES[consistency ?? this.#options.consistency];
  }

  /**
   * Runs a statement that is not prepared, as DDL cannot be.
   *
   * @returns whether the nodes agree on the schema after it
   * @throws the driver's errors as they are
   */
  async run(cql: string, options: { timeoutMs: number }): Promise<{ agreed: boolean }> {
    const result = await this.#connected().execute(cql, [], {
      consistency: CONSISTENCY_CODES.LOCAL_QUORUM,
      readTimeout: options.timeoutMs,
      isIdempotent: false,
    });
    // Missing from the driver's type declarations.
    const info = result.info as { isSchemaInAgreement?: boolean };
    return { agreed: info.isSchemaInAgreement === true };
  }

  /** Whether the nodes that are up have the same schema. */
  agreesOnSchema(): Promise<boolean> {
    return agreesOnSchema(this.#connected());
  }

  /**
   * Runs a statement of the service's own, with the driver's types for values and rows.
   *
   * @param options.consistency default: that of the session
   * @param options.isConditional whether it is a lightweight transaction, at `SERIAL`
   * @throws the driver's errors as they are
   */
  async query(
    cql: string,
    values: readonly unknown[],
    options: { readonly consistency?: Consistency; readonly isConditional?: boolean } = {},
  ): Promise<Record<string, unknown>[]> {
    const { consistency = this.#options.consistency, isConditional = false } = options;
    const result = await this.#connected().execute(cql, [...values], {
      prepare: true,
      consistency: CONSISTENCY_CODES[consistency],
      ...(isConditional ? { serialConsistency: CONSISTENCY_CODES.SERIAL } : {}),
      isIdempotent: !isConditional,
    });
    return (result.rows ?? []) as unknown as Record<string, unknown>[];
  }

  /** Closes the client and every connection. What still runs on it fails. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#connecting;
    await this.#client?.shutdown();
    this.#client = null;
    this.#setState("closed", NO_HOSTS);
  }
}
