/**
 * Asks Cassandra whether a level can be reached in a range of the ring. The driver's view may be wrong: a node
 * that this process cannot connect to may still answer other nodes.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { Buffer } from "node:buffer";
import type { Session } from "../driver/session.ts";
import { qualify, quoteName } from "../schema/own_tables.ts";

/** A table of the keyspace, which the service reads or writes anyway. */
export interface TrialTable {
  readonly keyspace: string;
  readonly table: string;
  /** The columns of its partition key. */
  readonly partitionKey: readonly string[];
}

/** `unknown` if the answer says nothing about replicas, for example because the role may not read the table. */
export type TrialOutcome = "reached" | "missed" | "unknown";

const TIMEOUT_MS = 1_000;

/** Reads the partition of one token, which hardly ever exists. Never rejects. */
export async function tryLevel(
  session: Pick<Session, "executeOwn">,
  { keyspace, table, partitionKey }: TrialTable,
  { token, consistency }: { readonly token: bigint; readonly consistency: Consistency },
): Promise<TrialOutcome> {
  const key = partitionKey.map(quoteName).join(", ");
  const cql = `SELECT ${key} FROM ${qualify(keyspace, table)} WHERE token(${key}) = ? LIMIT 1`;
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(token);
  try {
    await session.executeOwn(cql, [value], {
      consistency,
      serialConsistency: null,
      writes: false,
      idempotent: true,
      fetchSize: 1,
      endsAt: performance.now() + TIMEOUT_MS,
    });
    return "reached";
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : "internal";
    if (code === "unavailable" || code === "timeout") return "missed";
    // The replicas answered, with a failure.
    return code === "replica_failure" ? "reached" : "unknown";
  }
}
