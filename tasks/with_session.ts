/**
 * A session for a one-shot command: connects once or says why not, and is closed at the end.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { connectionFailure } from "../db/driver/map_error.ts";
import { Session } from "../db/driver/session.ts";

/** What the settings call the cluster, for messages. */
export function clusterOf({ contactPoints, secureBundle }: Config): string {
  return secureBundle === null ? contactPoints.join(", ") : `what "${secureBundle}" names`;
}

/** @throws {Error} if the cluster cannot be reached, with the reason of each contact point */
export async function withSession<T>(
  config: Config,
  keyspace: string | null,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session({ ...config, keyspace, observe: () => {} });
  try {
    await session.openOnce();
  } catch (error) {
    const cluster = clusterOf(config);
    throw new Error(`Cannot connect to Cassandra at ${cluster}: ${connectionFailure(error)}`, {
      cause: error,
    });
  }
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
