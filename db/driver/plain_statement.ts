/**
 * Statements that the driver runs by its public interface: DDL, which cannot be prepared, and the service's own, with
 * the driver's types for values and rows.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { CONSISTENCY_CODES } from "./consistency.ts";

/** @returns whether the nodes agree on the schema after it */
export async function runUnprepared(
  client: cassandra.Client,
  cql: string,
  options: { readonly timeoutMs: number },
): Promise<{ agreed: boolean }> {
  const result = await client.execute(cql, [], {
    consistency: CONSISTENCY_CODES.LOCAL_QUORUM,
    readTimeout: options.timeoutMs,
    isIdempotent: false,
  });
  // Missing from the driver's type declarations.
  const info = result.info as { isSchemaInAgreement?: boolean };
  return { agreed: info.isSchemaInAgreement === true };
}

export interface QueryRowsOptions {
  readonly cql: string;
  readonly values: readonly unknown[];
  /** As the driver has them. */
  readonly consistency: number;
  /** Whether it is a lightweight transaction, at `SERIAL`. */
  readonly isConditional: boolean;
}

export async function queryRows(
  client: cassandra.Client,
  { cql, values, consistency, isConditional }: QueryRowsOptions,
): Promise<Record<string, unknown>[]> {
  const result = await client.execute(cql, [...values], {
    prepare: true,
    consistency,
    ...(isConditional ? { serialConsistency: CONSISTENCY_CODES.SERIAL } : {}),
    isIdempotent: !isConditional,
  });
  return (result.rows ?? []) as unknown as Record<string, unknown>[];
}
