/**
 * Which nodes the driver knows, and which of them it can reach.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { HostState } from "../../observe/observation.ts";

export interface SeenHosts {
  /** Of all data centres; of a remote one the driver finds out only when it needs it. */
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
