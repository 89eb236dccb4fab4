/**
 * Bridges the moment in which a table of ours is listed and not yet served. A node writes a change of the
 * schema down first and applies it then, and other nodes hear of it later still: a process that did not
 * make the change can find a table in `system_schema.tables` and be told that it does not exist.
 *
 * @module
 */
import cassandra from "cassandra-driver";

/** A change is applied within milliseconds, and has spread over a cluster within seconds. */
const PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/**
 * Does some work on a table that is known to exist.
 *
 * @throws what the work throws; that the table does not exist, only once this has gone on for too long
 */
export async function whenServed<T>(work: () => Promise<T>): Promise<T> {
  const givesUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnserved(error) || performance.now() >= givesUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

/** What a node says of a table that it is about to serve: before it knows its name, and before it has its store. */
const UNSERVED = /does not exist$|^unconfigured table |Unknown CF /i;

function isUnserved(error: unknown): boolean {
  return error instanceof cassandra.errors.ResponseError && UNSERVED.test(error.message);
}
