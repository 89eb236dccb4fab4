/**
 * How to execute a statement.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Consistency, SerialConsistency } from "../../../catalog/query.ts";
import type { WriteTime } from "../internals/driver_types.ts";
import type { Attempts } from "../timing/attempts.ts";

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
  /** Whether the answer may hold up others on its connection. Default: it is small. */
  readonly mayBeLarge?: boolean | undefined;
  /**
   * Until when all of it may take, however many attempts there are, in the time of `performance.now()`.
   * Default: as long as the session lets a statement take.
   */
  readonly endsAt?: number;
  /** Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
  /** After how many milliseconds without an answer it is sent to a second node, too; null for never, the default. */
  readonly speculativeAfterMs?: number | null;
  /** Records what the statement takes. Default: nothing is recorded. */
  readonly attempts?: Attempts | undefined;
}

/** How a batch of rows is run. */
export type BatchStatementOptions = Omit<
  StatementOptions,
  "serialConsistency" | "fetchSize" | "pagingState" | "mayBeLarge"
>;
