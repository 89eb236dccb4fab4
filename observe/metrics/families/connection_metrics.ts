/**
 * The nodes of Cassandra, and the connections to them, by data centre.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";
import type { Readings } from "../readings.ts";

const HOST_STATES = [["up", true], ["down", false]] as const;

/** Registers the metrics. @returns the function that feeds the reported ones */
export function createConnectionMetrics(
  register: prometheus.Registry,
  pools: Readings["pools"],
): (observation: ObservationOf<"connection">) => void {
  const registers = [register];
  const connected = new prometheus.Gauge({
    name: "cqlgate_cassandra_up",
    help: "1 while at least one Cassandra node is reachable, else 0",
    registers,
  });
  const hostsUp = new prometheus.Gauge({
    name: "cqlgate_cassandra_hosts_up",
    help: "Cassandra nodes that this process may use and that are up",
    registers,
  });
  const hosts = new prometheus.Gauge({
    name: "cqlgate_cassandra_hosts",
    help: "Cassandra nodes that this process knows, by data centre and whether they are up",
    labelNames: ["datacenter", "state"],
    registers,
  });
  readPools("cqlgate_cassandra_connections", {
    help: "Open connections to Cassandra, by data centre",
    read: ({ connections }) => connections,
  });
  readPools("cqlgate_cassandra_streams_in_flight", {
    help: "Statements that were sent to Cassandra and have no answer yet, by data centre",
    read: ({ inFlight }) => inFlight,
  });

  function readPools(
    name: string,
    { help, read }: {
      readonly help: string;
      readonly read: (pool: ReturnType<Readings["pools"]>[number]) => number;
    },
  ): void {
    new prometheus.Gauge({
      name,
      help,
      labelNames: ["datacenter"],
      registers,
      collect() {
        const all = pools();
        this.reset();
        for (const pool of all) this.set({ datacenter: pool.datacenter }, read(pool));
      },
    });
  }

  return (observation) => {
    hostsUp.set(observation.hostsUp);
    // A data centre that is gone has no nodes: it is not among the hosts any more.
    hosts.reset();
    for (const { datacenter } of observation.hosts) {
      for (const [state, isUp] of HOST_STATES) {
        hosts.set(
          { datacenter, state },
          observation.hosts.filter((host) => host.datacenter === datacenter && host.isUp === isUp)
            .length,
        );
      }
    }
    connected.set(observation.state === "up" ? 1 : 0);
  };
}
