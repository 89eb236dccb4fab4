/**
 * The statements of the service's own, which no query file has. Each is prepared when it is first run, and again
 * once its table has changed.
 *
 * @module
 */
import { ServiceError } from "../../../errors/service_error.ts";
import { isRefusal } from "../failures/refusal.ts";
import { mapError } from "../failures/map_error.ts";
import type { BoundValues, PreparedStatement, RawResult } from "../internals/driver_types.ts";
import { SchemaChangedError } from "../schema_watch/schema_changed.ts";
import type { StatementOptions } from "./statement_options.ts";
import type { Deadline } from "../timing/deadline.ts";

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
    const preparing = this.#prepared.get(cql) ?? this.#options.prepare(cql);
    this.#prepared.set(cql, preparing);
    let statement: PreparedStatement;
    try {
      statement = await deadline.bound(preparing);
    } catch (error) {
      this.#forget(cql, preparing);
      const cause = isRefusal(error)
        ? new SchemaChangedError(error.message, { cause: error })
        : error;
      throw mapError(cause, options);
    }
    try {
      return await this.#options.execute(statement, values, {
        ...options,
        endsAt: deadline.endsAt,
      });
    } catch (error) {
      // Any other failure says nothing about it, and comes from nodes that have enough to do.
      if (codeOf(error) === "schema_changed") this.#forget(cql, preparing);
      throw error;
    }
  }

  /** Prepares a statement again when it is run next, unless somebody does so already. */
  #forget(cql: string, preparing: Promise<PreparedStatement>): void {
    if (this.#prepared.get(cql) === preparing) this.#prepared.delete(cql);
  }
}

function codeOf(error: unknown): ServiceError["code"] | null {
  return error instanceof ServiceError ? error.code : null;
}
