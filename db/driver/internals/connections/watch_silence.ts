/**
 * Looks at the connections of a client, a few times a second, for nodes that have fallen silent. One timer for all
 * of them; requests cost nothing.
 *
 * Read against cassandra-driver 4.10.0, `lib/host.js`, `lib/host-connection-pool.js` and `lib/connection.js`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { Pulse } from "./pulse.ts";

interface Connection {
  readonly netClient: { readonly bytesRead: number };
  getInFlight(): number;
  send(request: unknown, options: null): Promise<unknown>;
}

interface PooledHost {
  readonly pool: { readonly connections: readonly Connection[] };
  /** Fails the requests that wait on the connection, and opens another one. */
  removeFromPool(connection: Connection): void;
}

/** Hosts that are asked after all others. */
export type SilentHosts = Set<unknown>;

const INTERVAL_MS = 250;

export interface SilenceOptions {
  /** The hosts that are in doubt, which the watch keeps. */
  readonly silent: SilentHosts;
  /** The request that asks a node whether it is there. */
  readonly heartbeat: unknown;
}

/** Watches until the client is shut down. */
export function watchSilence(
  client: cassandra.Client,
  { silent, heartbeat }: SilenceOptions,
): void {
  const pulses = new WeakMap<Connection, Pulse>();
  let lookedAt = performance.now();

  function look(): void {
    if ((client as unknown as { isShuttingDown: boolean }).isShuttingDown) {
      return clearInterval(timer);
    }
    const now = performance.now();
    // This process was busy or suspended: answers may have come in that are not read yet.
    const wasAway = now - lookedAt > 2 * INTERVAL_MS;
    lookedAt = now;
    for (const host of client.hosts.values() as unknown as PooledHost[]) {
      let isInDoubt = false;
      for (const connection of host.pool.connections) {
        const pulse = pulses.get(connection) ?? new Pulse();
        pulses.set(connection, pulse);
        if (wasAway) pulse.reset();
        const { netClient: { bytesRead } } = connection;
        const verdict = pulse.look({ inFlight: connection.getInFlight(), bytesRead }, now);
        if (verdict === "ask") connection.send(heartbeat, null).then(() => pulse.reset(), () => {});
        if (verdict === "give up") host.removeFromPool(connection);
        isInDoubt ||= verdict === "doubt" || verdict === "give up";
      }
      if (isInDoubt) silent.add(host);
      else silent.delete(host);
    }
  }

  const timer = setInterval(look, INTERVAL_MS);
  Deno.unrefTimer(timer);
}
