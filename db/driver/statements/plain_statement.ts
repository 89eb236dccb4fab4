/**
 * Statements that the driver runs by its public interface: DDL, which cannot be prepared, and the service's own, with
 * the driver's types for values and rows.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { CONSISTENCY_CODES } from "./consistency.ts";
import type { WriteTime } from "../internals/driver_types.ts";

export interface RunUnpreparedOptions {
  readonly timeoutMs: number;
  /** As the driver has them. */
  readonly consistency: number;
  /** Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
}

/** What became of a statement that was run without an error. */
export interface UnpreparedOutcome {
  /** Whether the nodes agree on the schema after it. */
  readonly agreed: boolean;
  /** False for a lightweight transaction whose condition did not hold. */
  readonly applied: boolean;
}

export async function runUnprepared(
  client: cassandra.Client,
  cql: string,
  { timeoutMs, consistency, writeTime }: RunUnpreparedOptions,
): Promise<UnpreparedOutcome> {
  const result = await client.execute(cql, [], {
    consistency,
    readTimeout: timeoutMs,
    isIdempotent: false,
    ...(writeTime === undefined ? {} : { timestamp: writeTime }),
  });
  // Missing from the driver's type declarations.
  const info = result.info as { isSchemaInAgreement?: boolean };
  return { agreed: info.isSchemaInAgreement === true, applied: result.wasApplied() };
}

export interface QueryRowsOptions {
  readonly cql: string;
  readonly values: readonly unknown[];
  /** As the driver has them. */
  readonly consistency: number;
  /** Whether it is a lightweight transaction, at `SERIAL`. */
  readonly isConditional: boolean;
  /** Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
}

export async function queryRows(
  client: cassandra.Client,
  { cql, values, consistency, isConditional, writeTime }: QueryRowsOptions,
): Promise<Record<string, unknown>[]> {
  const result = await client.execute(cql, [...values], {
    prepare: true,
    consistency,
    ...(isConditional ? { serialConsistency: CONSISTENCY_CODES.SERIAL } : {}),
    isIdempotent: !isConditional,
    ...(writeTime === undefined ? {} : { timestamp: writeTime }),
  });
  return (result.rows ?? []) as unknown as Record<string, unknown>[];
}
