/**
 * A read that may get the answer to another one.
 *
 * @module
 */
import type { Stopwatch } from "../../observe/stopwatch.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { ReadIdentity } from "./read_identity.ts";

export interface SharedRead {
  readonly identity: ReadIdentity;
  /** Until when its caller waits, in the time of `performance.now()`. */
  readonly deadline: number;
  /** The caller's: runs while the caller waits. */
  readonly stopwatch: Stopwatch | undefined;
  /** Sends the statement on behalf of this caller, unless it is sent for another one. */
  readonly send: (deadline: number, stopwatch: Stopwatch | undefined) => Promise<RawResult>;
}
