/**
 * The one session of a process, from its first connection to its end, and everything that others ask of it.
 * `connection.ts` has the driver's client, `statement_runner.ts` runs statements.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import type { PackedRow } from "../../codec/packed/packed_rows.ts";
import type { ServiceError } from "../../errors/service_error.ts";
import type { AttemptsReading, PoolReading } from "../../observe/metrics/readings.ts";
import type { ConnectionState, Observe } from "../../observe/observation.ts";
import type { CassandraCredentials, ConnectionOptions } from "./client/client_options.ts";
import { askEachNode, type NodeAnswer } from "./statements/ask_each_node.ts";
import { Connection, type StateListener } from "./client/connection.ts";
import { ClockWatch } from "./clock/clock_watch.ts";
import type { FailoverPlan } from "./client/failover.ts";
import { CONSISTENCY_CODES } from "./statements/consistency.ts";
import { FurtherAttempts } from "./statements/further_attempts.ts";
import type {
  BoundValues,
  PreparedStatement,
  RawResult,
  RoutingPart,
  WriteTime,
} from "./internals/driver_types.ts";
import { OwnStatements } from "./statements/own_statements.ts";
import { queryRows, runUnprepared, type UnpreparedOutcome } from "./statements/plain_statement.ts";
import { agreesOnSchema } from "./schema_watch/schema_agreement.ts";
import { readBasis, type SchemaBasis } from "./schema_watch/schema_basis.ts";
import { type SchemaListener, SchemaWatch } from "./schema_watch/schema_watch.ts";
import type { BatchStatementOptions, StatementOptions } from "./statements/statement_options.ts";
import type { Topology } from "./client/topology.ts";
import { prepareStatement } from "./statements/statement.ts";
import { StatementRunner } from "./statements/statement_runner.ts";

export interface SessionOptions extends ConnectionOptions, Partial<FailoverPlan> {
  /** Used if a statement does not have its own. */
  readonly consistency: Consistency;
  /** Longest that a statement may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  readonly observe: Observe;
  /** The time of day, in milliseconds since 1970. Default: the machine's. */
  readonly now?: () => number;
  /** How far it may be from the nodes' clocks before nothing is written; 0 for no bound, the default. */
  readonly maxClockSkewMs?: number;
}

/** A node that coordinates statements. */
export interface CoordinatorInfo {
  readonly id: string;
  readonly datacenter: string;
}

/** Made at boot and closed at the end. */
export class Session {
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #schema: SchemaWatch;
  readonly #clock: ClockWatch;
  readonly #furtherAttempts = new FurtherAttempts();
  readonly #runner: StatementRunner;
  readonly #own = new OwnStatements({
    prepare: (cql) => this.prepare(cql),
    execute: (...run) => this.execute(...run),
  });

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#schema = new SchemaWatch(options.keyspace);
    const { now = Date.now, maxClockSkewMs: maxSkewMs = 0 } = options;
    this.#connection = new Connection({
      failoverDatacenters: [],
      failbackDelayMs: null,
      ...options,
      now,
      retryBudget: this.#furtherAttempts.retries,
      onSchemaChange: (event) => this.#schema.announce(event),
    });
    this.#runner = new StatementRunner({
      connection: this.#connection,
      schema: this.#schema,
      furtherAttempts: this.#furtherAttempts,
      consistency: options.consistency,
      requestTimeoutMs: options.requestTimeoutMs,
    });
    this.#clock = new ClockWatch({
      observe: options.observe,
      now,
      maxSkewMs,
      use: (work) => this.#connection.use(work),
    });
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get requestTimeoutMs(): number {
    return this.#options.requestTimeoutMs;
  }

  /** How far the clock may be off before nothing is written, in milliseconds; 0 for no bound. */
  get maxClockSkewMs(): number {
    return this.#options.maxClockSkewMs ?? 0;
  }

  /** The consistency of statements that do not have their own. */
  get consistency(): Consistency {
    return this.#options.consistency;
  }

  get keyspace(): string | null {
    return this.#options.keyspace;
  }

  /** The connections by data centre; empty while there are none. */
  readPools(): PoolReading[] {
    return this.#connection.readPools();
  }

  /** Statements that were sent more than once since the start. */
  readAttempts(): AttemptsReading {
    return this.#furtherAttempts.read();
  }

  /** Calls back on each change from the next one on. */
  onStateChange(listener: StateListener): void {
    this.#connection.onStateChange(listener);
  }

  /** The data centre that serves in place of the local one; null while that does. */
  get away(): string | null {
    return this.#connection.away;
  }

  /** Lets the local data centre serve again without the delay, once most of its nodes are up. */
  allowReturn(isAllowed: boolean): void {
    this.#connection.allowReturn(isAllowed);
  }

  /** Calls back when a node goes, comes, or is found. */
  onHostsChange(listener: () => void): void {
    this.#connection.onHostsChange(listener);
  }

  /** The cluster as the driver sees it now; null if it does not see the ring. */
  topology(): Topology | null {
    return this.#connection.topology();
  }

  /** Calls back when the schema has changed, or a statement or a result has shown that it has. */
  onSchemaChange(listener: SchemaListener): void {
    this.#schema.onChange(listener);
  }

  /** Reports that prepared statements no longer fit the schema, so listeners derive them again. */
  noteSchemaChange(): void {
    this.#schema.notify();
  }

  /** What those may count on who derive something from the schema from now on. Never rejects. */
  schemaBasis(): Promise<SchemaBasis> {
    return readBasis((work) => this.#connection.use(work), this.#schema.now);
  }

  /** The same statement with another routing, as new as it was. */
  withRouting(statement: PreparedStatement, routing: readonly RoutingPart[]): PreparedStatement {
    const routed = { ...statement, routing };
    this.#schema.noteCopy(routed, statement);
    return routed;
  }

  /** As `SchemaWatch.isUnchanged()`. */
  isUnchanged(statement: PreparedStatement, now: SchemaBasis): boolean {
    return this.#schema.isUnchanged(statement, now);
  }

  /** As `SchemaWatch.watchTables()`. */
  watchTables(...watched: Parameters<SchemaWatch["watchTables"]>): void {
    this.#schema.watchTables(...watched);
  }

  /** Begins to connect and goes on until it succeeds or the session is closed. Does not wait. */
  open(): void {
    this.#connection.open();
    this.#clock.start();
  }

  /** Compares the clock with a few nodes' clocks, as happens every ten seconds. Never rejects. */
  compareClocks(): Promise<void> {
    return this.#clock.measure();
  }

  /** Why nothing may be written now: the clock is known to be too far off. Null if writes are allowed. */
  clockRefusal(): ServiceError | null {
    return this.#clock.refusal();
  }

  /** Resolves once connected; rejects with the reason of the first failure. For one-shot commands. */
  async openOnce(): Promise<void> {
    await this.#connection.openOnce();
  }

  /**
   * Connects again with other credentials, without a failed request.
   *
   * @throws {Error} saying why it cannot connect; nothing has changed then
   */
  async replaceCredentials(credentials: CassandraCredentials): Promise<void> {
    await this.#connection.replace(credentials);
  }

  /** @throws the driver's errors unchanged, since their words about the statement matter here */
  prepare(cql: string): Promise<PreparedStatement> {
    return this.#connection.use((client) =>
      this.#schema.prepared(() => prepareStatement(client, cql))
    );
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
    const deadline = this.#runner.deadlineOf(options);
    return await this.#own.execute({ cql, values }, { ...options, deadline });
  }

  /**
   * Runs a prepared statement once, with retries where it is idempotent.
   *
   * @throws {ServiceError} whatever goes wrong; at once while Cassandra is unreachable
   */
  execute(
    statement: PreparedStatement,
    values: BoundValues,
    options: StatementOptions,
  ): Promise<RawResult> {
    return this.#runner.execute(statement, values, options);
  }

  /**
   * Runs a prepared write for several rows of one partition at once: all are written or none.
   *
   * @throws {ServiceError} whatever goes wrong; at once while Cassandra is unreachable
   */
  executeBatch(
    statement: PreparedStatement,
    rows: readonly PackedRow[],
    options: BatchStatementOptions,
  ): Promise<RawResult> {
    return this.#runner.executeBatch(statement, rows, options);
  }

  /**
   * The time for a write that may take several attempts, later than all before; undefined before the
   * first connection, when nothing can be written.
   */
  nextWriteTime(): WriteTime | undefined {
    return this.#connection.nextWriteTime();
  }

  /** @param address `address:port`, as answers name it; null where the driver knows no such node */
  coordinatorInfo(address: string): CoordinatorInfo | null {
    return this.#connection.coordinatorInfo(address);
  }

  /**
   * Runs a statement that is not prepared, as DDL cannot be.
   *
   * @param options.consistency of the rows that it writes; default: the session's
   * @param options.writeTime of the rows that it writes; default: when it is sent
   * @returns whether the nodes agree on the schema after it, and whether its condition, if any, held
   * @throws the driver's errors as they are
   */
  async run(
    cql: string,
    { timeoutMs, consistency: level = this.#options.consistency, writeTime }: {
      readonly timeoutMs: number;
      readonly consistency?: Consistency | undefined;
      readonly writeTime?: WriteTime | undefined;
    },
  ): Promise<UnpreparedOutcome> {
    const consistency = CONSISTENCY_CODES[level];
    return await this.#connection.use((client) =>
      runUnprepared(client, cql, { timeoutMs, consistency, writeTime })
    );
  }

  /** Whether the nodes that are up have the same schema. */
  agreesOnSchema(): Promise<boolean> {
    return this.#connection.use((client) => agreesOnSchema(client));
  }

  /**
   * Runs a statement of the service's own, with the driver's types for values and rows.
   *
   * @param options.consistency default: the session's
   * @param options.isConditional whether it is a lightweight transaction, at `SERIAL`
   * @param options.writeTime default: when it is sent
   * @throws the driver's errors as they are
   */
  async query(
    cql: string,
    values: readonly unknown[],
    { consistency: level = this.#options.consistency, isConditional = false, writeTime }: {
      readonly consistency?: Consistency;
      readonly isConditional?: boolean;
      readonly writeTime?: WriteTime;
    } = {},
  ): Promise<Record<string, unknown>[]> {
    const consistency = CONSISTENCY_CODES[level];
    return await this.#connection.use((client) =>
      queryRows(client, { cql, values, consistency, isConditional, writeTime })
    );
  }

  /**
   * Reads a table that each node has for itself, from every node that is up: of the local data centre, or of each
   * data centre if no node is nearer than others.
   *
   * @throws the driver's error if a node refuses it
   */
  async askEachNode(cql: string, values: readonly string[]): Promise<NodeAnswer[]> {
    return await this.#connection.use((client, datacenter) =>
      askEachNode(client, cql, { values, datacenter })
    );
  }

  /** Closes every connection. What still runs fails. */
  close(): Promise<void> {
    this.#clock.stop();
    return this.#connection.close();
  }
}
