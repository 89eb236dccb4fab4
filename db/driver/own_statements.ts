/**
 * The statements of the service's own, which no query file has. Each is prepared when it is first run, and again
 * after a failure.
 *
 * @module
 */
import { isRefusal } from "./failures/refusal.ts";
import { mapError } from "./failures/map_error.ts";
import type { BoundValues, PreparedStatement, RawResult } from "./internals/driver_types.ts";
import { SchemaChanged } from "./schema_watch/schema_changed.ts";
import type { StatementOptions } from "./statement_options.ts";
import type { Deadline } from "./timing/deadline.ts";

export interface OwnStatementsOptions {
  readonly prepare: (cql: string) => Promise<PreparedStatement>;
  readonly execute: (
    statement: PreparedStatement,
    values: BoundValues,
    options: StatementOptions,
  ) => Promise<RawResult>;
}

export interface OwnStatement {
  readonly cql: string;
  readonly values: BoundValues;
}

export class OwnStatements {
  readonly #options: OwnStatementsOptions;
  /** By their text. */
  readonly #prepared = new Map<string, Promise<PreparedStatement>>();

  constructor(options: OwnStatementsOptions) {
    this.#options = options;
  }

  /**
   * @param options.deadline for preparing and running it
   * @throws {ServiceError} whatever goes wrong
   */
  async execute(
    { cql, values }: OwnStatement,
    { deadline, ...options }: StatementOptions & { readonly deadline: Deadline },
  ): Promise<RawResult> {
    const { prepare, execute } = this.#options;
    try {
      const preparing = this.#prepared.get(cql) ?? prepare(cql);
      this.#prepared.set(cql, preparing);
      const statement = await deadline.bound(preparing);
      return await execute(statement, values, { ...options, endsAt: deadline.endsAt });
    } catch (error) {
      this.#prepared.delete(cql);
      const cause = isRefusal(error) ? new SchemaChanged(error.message, { cause: error }) : error;
      throw mapError(cause, options);
    }
  }
}
