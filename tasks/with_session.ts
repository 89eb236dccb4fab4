/**
 * A session for a one-shot command: connects once or says why not, and is closed at the end.
 *
 * @module
 */
import type { Config } from "../config.ts";
import { connectionFailure } from "../db/map_error.ts";
import { Session } from "../db/session.ts";

/** @throws {Error} where the cluster cannot be reached, with the reason of each contact point */
export async function withSession<T>(
  config: Config,
  keyspace: string | null,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session({ ...config, keyspace, observe: () => {} });
  try {
    await session.openOnce();
  } catch (error) {
    const points = config.contactPoints.join(", ");
    throw new Error(`Cannot connect to Cassandra at ${points}: ${connectionFailure(error)}`, {
      cause: error,
    });
  }
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
