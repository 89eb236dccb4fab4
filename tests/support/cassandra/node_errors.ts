/**
 * What a node says when it does not run a statement: bodies of ERROR, section 9 of the CQL binary protocol v4.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { int, short, string } from "./protocol_values.ts";

/** By which the nodes of an `EmptyCluster` know every statement. */
export const STATEMENT_ID: Buffer = Buffer.of(1);

/** Any error, with what its code has after the message. */
export function failure(code: number, message: string, ...rest: readonly Buffer[]): Buffer {
  return Buffer.concat([int(code), string(message), ...rest]);
}

/** Says that a node has forgotten a statement. */
export function unprepared(): Buffer {
  return failure(0x2500, "Prepared query not found", short(STATEMENT_ID.length), STATEMENT_ID);
}

/** Says that too few replicas have confirmed a plain write. */
export function writeTimeout(): Buffer {
  const levelAndCounts = [short(6), int(1), int(2)];
  return failure(0x1100, "Operation timed out", ...levelAndCounts, string("SIMPLE"));
}
