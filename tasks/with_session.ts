/**
 * A session for a one-shot command: connects once or says why not, and is closed at the end.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { connectionFailure } from "../db/driver/failures/map_error.ts";
import { Session } from "../db/driver/session.ts";

/** What the settings call the cluster, for messages. */
export function clusterOf({ contactPoints, secureBundle }: Config): string {
  return secureBundle === null ? contactPoints.join(", ") : `what "${secureBundle}" names`;
}

export interface ConnectOptions {
  readonly keyspace: string | null;
  /** How long to wait for the cluster to come, in milliseconds. Default: not at all. */
  readonly waitMs?: number;
  /** Takes a line when there is a wait for the cluster, and why: once for each reason. */
  readonly log?: (line: string) => void;
}

const RETRY_MS = 1_000;

/** @throws {Error} if the cluster cannot be reached, with the reason of each contact point */
export async function withSession<T>(
  config: Config,
  options: ConnectOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(config, options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function openSession(
  config: Config,
  { keyspace, waitMs = 0, log = () => {} }: ConnectOptions,
): Promise<Session> {
  const givesUpAt = performance.now() + waitMs;
  const cluster = clusterOf(config);
  const said = new Set<string>();
  while (true) {
    const session = new Session({
      ...config,
      failoverDatacenters: [],
      keyspace,
      observe: () => {},
    });
    try {
      await session.openOnce();
      return session;
    } catch (error) {
      await session.close();
      const reason = connectionFailure(error);
      if (performance.now() + RETRY_MS > givesUpAt) {
        throw new Error(`Cannot connect to Cassandra at ${cluster}: ${reason}`, { cause: error });
      }
      // After a wrong password it waits too: a new cluster takes a while until it knows its roles.
      if (!said.has(reason)) log(`Waiting for Cassandra at ${cluster}: ${reason}`);
      said.add(reason);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
