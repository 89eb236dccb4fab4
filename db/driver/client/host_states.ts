/**
 * Which nodes the driver knows, and which of them it can reach.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { PoolReading } from "../../../observe/metrics/readings.ts";
import type { HostState } from "../../../observe/observation.ts";

export interface SeenHosts {
  /** Of all data centres; a remote node is up until another node has announced that it is down. */
  readonly hosts: readonly HostState[];
  /** How many of the local data centre are up. */
  readonly hostsUp: number;
}

export const NO_HOSTS: SeenHosts = { hosts: [], hostsUp: 0 };

/** @param localDatacenter null if all data centres are as near */
export function seenHosts(client: cassandra.Client, localDatacenter: string | null): SeenHosts {
  const hosts = client.hosts.values().map((host) => ({
    address: host.address,
    datacenter: host.datacenter,
    isUp: host.isUp(),
  }));
  const isLocal = (datacenter: string) =>
    localDatacenter === null || datacenter === localDatacenter;
  const up = hosts.filter(({ datacenter, isUp }) => isUp && isLocal(datacenter));
  return { hosts, hostsUp: up.length };
}

/** The nodes as this client sees them, except for a data centre that another client sees better. */
export function withHostsOf(
  seen: SeenHosts,
  { hosts }: SeenHosts,
  datacenter: string | null,
): SeenHosts {
  const isIn = (host: HostState) => host.datacenter === datacenter;
  return { ...seen, hosts: [...hosts.filter(isIn), ...seen.hosts.filter((each) => !isIn(each))] };
}

/** The connections to the nodes of each known data centre, and the requests under way on them. */
export function readPools(client: cassandra.Client): PoolReading[] {
  const state = client.getState();
  const byDatacenter = Map.groupBy(client.hosts.values(), ({ datacenter }) => datacenter);
  return [...byDatacenter].map(([datacenter, hosts]) => ({
    datacenter,
    connections: hosts.reduce((sum, host) => sum + state.getOpenConnections(host), 0),
    inFlight: hosts.reduce((sum, host) => sum + state.getInFlightQueries(host), 0),
  }));
}
