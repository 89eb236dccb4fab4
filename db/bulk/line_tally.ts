/**
 * What became of the lines of a bulk request: how many were written, how many failed, and why.
 *
 * @module
 */
import { type ServiceError, toServiceError } from "../../errors/service_error.ts";
import type { ReadLine } from "./group_lines.ts";

/** Who learns what became of each line. */
export interface LineListener<Row> {
  /** Takes a line that was written. */
  done?(line: number, row: Row): void;
  /** Takes a line that was not written. */
  fail(line: number, error: ServiceError): void;
}

export class LineTally<Row> {
  readonly #listener: LineListener<Row>;
  #written = 0;
  #failed = 0;
  #cause: unknown;

  constructor(listener: LineListener<Row>) {
    this.#listener = listener;
  }

  get written(): number {
    return this.#written;
  }

  get failed(): number {
    return this.#failed;
  }

  /** The cause of the first failure that is not a mistake of the sender's. */
  get cause(): unknown {
    return this.#cause;
  }

  /** Counts lines that were written together. */
  addWritten(lines: readonly ReadLine<Row>[]): void {
    this.#written += lines.length;
    for (const { line, row } of lines) this.#listener.done?.(line, row);
  }

  /** Counts lines that failed together. */
  addAllFailed(lines: readonly ReadLine<Row>[], error: ServiceError): void {
    for (const { line } of lines) this.addFailed(line, error);
  }

  /** Counts a line that failed. */
  addFailed(line: number, thrown: unknown): void {
    const error = toServiceError(thrown);
    // Cassandra's message about a refused value repeats the value.
    if (error.status >= 500) this.#cause ??= error.cause;
    this.#failed++;
    this.#listener.fail(line, error);
  }
}
