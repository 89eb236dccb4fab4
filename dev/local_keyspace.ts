/**
 * What `deno task dev` may do to a keyspace: on a cluster of this machine it applies migrations as they are saved,
 * and drops the keyspace if it is asked to. A cluster elsewhere belongs to others as well.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { quoteName } from "../db/schema/own_tables.ts";
import { clusterOf, withSession } from "../tasks/with_session.ts";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|::1)(:\d+)?$/;
const DROP_TIMEOUT_MS = 60_000;

export function isOnThisMachine({ contactPoints, secureBundle }: Config): boolean {
  return secureBundle === null && contactPoints.every((point) => LOOPBACK.test(point));
}

/** @throws {Error} if the cluster is not on this machine, or cannot be reached */
export async function dropKeyspace(config: Config, log: (line: string) => void): Promise<void> {
  const { keyspace } = config;
  if (!isOnThisMachine(config)) {
    throw new Error(
      `Cannot drop keyspace "${keyspace}" for --fresh: ${clusterOf(config)} is not on this machine`,
    );
  }
  await withSession(config, { keyspace: null }, async (session) => {
    await session.run(`DROP KEYSPACE IF EXISTS ${quoteName(keyspace)}`, {
      timeoutMs: DROP_TIMEOUT_MS,
    });
  });
  log(`Dropped keyspace "${keyspace}", if it was there`);
}
