/**
 * Runs prepared statements for the session: each within its deadline and the budgets for further attempts, at
 * the consistency that it asks for, and only while its values still have the types that it was prepared for.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { Consistency } from "../../../catalog/query.ts";
import type { PackedRow } from "../../../codec/packed/packed_rows.ts";
import type { Connection } from "../client/connection.ts";
import { CONSISTENCY_CODES } from "./consistency.ts";
import { mapError } from "../failures/map_error.ts";
import type { FurtherAttempts } from "./further_attempts.ts";
import type { BoundValues, PreparedStatement, RawResult } from "../internals/driver_types.ts";
import type { SchemaWatch } from "../schema_watch/schema_watch.ts";
import { checkStatement, executeBatch, executeStatement } from "./statement.ts";
import type { BatchStatementOptions, StatementOptions } from "./statement_options.ts";
import { Alarms } from "../../../runtime/alarms.ts";
import { Deadline } from "../timing/deadline.ts";

export interface StatementRunnerOptions {
  readonly connection: Connection;
  /** Knows which statements may be older than the schema. */
  readonly schema: SchemaWatch;
  readonly furtherAttempts: FurtherAttempts;
  /** Of statements that do not name theirs. */
  readonly consistency: Consistency;
  /** Longest that a statement may take, in milliseconds. */
  readonly requestTimeoutMs: number;
}

export class StatementRunner {
  readonly #options: StatementRunnerOptions;
  readonly #alarms = new Alarms();

  constructor(options: StatementRunnerOptions) {
    this.#options = options;
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
    const { connection, schema, furtherAttempts } = this.#options;
    const deadline = this.deadlineOf(options);
    // Not `use()`: one more function and promise for each statement would be felt.
    const taken = connection.take();
    const { client } = taken;
    try {
      if (!schema.isChecked(statement)) await this.#assertFits(client, statement, deadline);
      furtherAttempts.retries.noteRequest();
      return await executeStatement(client, statement, values, {
        consistency: this.#consistencyOf(options),
        serialConsistency: options.serialConsistency &&
          CONSISTENCY_CODES[options.serialConsistency],
        fetchSize: options.fetchSize,
        pagingState: options.pagingState,
        maxAnswerBytes: options.maxAnswerBytes,
        mayBeLarge: options.mayBeLarge,
        isIdempotent: options.idempotent,
        deadline,
        writeTime: options.writeTime,
        speculation: furtherAttempts.speculationAfter(options.speculativeAfterMs ?? null),
      });
    } catch (error) {
      const { cql } = statement;
      const { lost } = deadline.attempts;
      throw mapError(error, { ...options, cql, resumes: options.pagingState !== undefined, lost });
    } finally {
      taken.release();
    }
  }

  /**
   * Runs a prepared write for several rows of one partition at once: all are written or none.
   *
   * @throws {ServiceError} whatever goes wrong; at once while Cassandra is unreachable
   */
  async executeBatch(
    statement: PreparedStatement,
    rows: readonly PackedRow[],
    options: BatchStatementOptions,
  ): Promise<RawResult> {
    const { connection, schema, furtherAttempts } = this.#options;
    const deadline = this.deadlineOf(options);
    return await connection.use(async (client) => {
      if (!schema.isChecked(statement)) await this.#assertFits(client, statement, deadline);
      furtherAttempts.retries.noteRequest();
      try {
        return await executeBatch(client, statement, rows, {
          consistency: this.#consistencyOf(options),
          isIdempotent: options.idempotent,
          deadline,
          writeTime: options.writeTime,
        });
      } catch (error) {
        const { lost } = deadline.attempts;
        throw mapError(error, { ...options, cql: statement.cql, lost });
      }
    });
  }

  /** Checks a statement that may be older than the schema, before it is run under other types. */
  async #assertFits(
    client: cassandra.Client,
    statement: PreparedStatement,
    deadline: Deadline,
  ): Promise<void> {
    try {
      const check = () => checkStatement(client, statement);
      await deadline.bound(this.#options.schema.check(statement, check));
    } catch (error) {
      throw mapError(error, { writes: false, idempotent: true });
    }
  }

  /** For a statement that begins now. */
  deadlineOf({ endsAt, attempts }: Pick<StatementOptions, "endsAt" | "attempts">): Deadline {
    const { requestTimeoutMs } = this.#options;
    return new Deadline(endsAt ?? performance.now() + requestTimeoutMs, this.#alarms, { attempts });
  }

  #consistencyOf(
    { consistency, attempts }: Pick<StatementOptions, "consistency" | "attempts">,
  ): number {
    const level = consistency ?? this.#options.consistency;
    if (attempts !== undefined) attempts.consistency = level;
    return CONSISTENCY_CODES[level];
  }
}
