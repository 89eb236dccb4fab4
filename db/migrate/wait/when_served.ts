/**
 * Bridges the moment in which a table of ours is listed but not yet served everywhere. A node first records a
 * change of the schema and then applies it, and other nodes hear of it even later. So a process that did not
 * make the change can find a table in `system_schema.tables` and be told that it does not exist, or that
 * replicas failed: replicas that have not heard of the table cannot read the request. A node that is busy with
 * many changes, or restarting, does not always answer in time either.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { mapError } from "../../driver/failures/map_error.ts";

/** A change is applied within milliseconds, and has spread over a cluster within seconds. */
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/**
 * Does some work on tables that are known to exist. The work may be done more than once, even if it has
 * succeeded.
 *
 * @param options.patienceMs how long it may go unserved
 * @throws the errors of the work; if a table is not served, only once this has gone on for too long
 */
export async function whenServed<T>(
  work: () => Promise<T>,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): Promise<T> {
  const givesUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnserved(error) || performance.now() >= givesUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

/** A node's message about a keyspace or table that it does not serve yet. */
const UNSERVED = /\bdoes(?: not|n't) exist$|^unconfigured table |Unknown keyspace/i;
/** A node is gone or busy, or replicas have not heard of a table: why they failed is not said before version 5 of the protocol. */
const PASSING = ["unavailable", "timeout", "replica_failure", "schema_changed"];

function isUnserved(error: unknown): boolean {
  if (error instanceof cassandra.errors.ResponseError && UNSERVED.test(error.message)) return true;
  return PASSING.includes(mapError(error, { writes: false, idempotent: true }).code);
}
