/**
 * A request to a node, and its limits.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Deadline } from "../timing/deadline.ts";
import type { ExecutionSettings, PrepareAgain } from "./driver_shapes.ts";
import type { BoundValues, Speculation } from "./driver_types.ts";

/** A prepared statement and the bytes to run it with. */
export interface BoundStatement {
  readonly cql: string;
  readonly id: Buffer;
  readonly values: BoundValues;
}

export interface SendOptions {
  readonly execution: ExecutionSettings;
  /** Asked before it is sent again to a node that has forgotten the statement. */
  readonly prepareAgain: PrepareAgain;
  /** When nothing more is sent, and nobody waits any longer. */
  readonly deadline: Deadline;
}

export interface SendExecuteOptions extends SendOptions {
  readonly maxBytes: number;
  /** Whether the answer may hold up others on its connection. */
  readonly mayBeLarge: boolean;
  /** Null if there is no more than one attempt at a time. */
  readonly speculation: Speculation | null;
}
