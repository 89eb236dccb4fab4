/**
 * The driver's client as the service sets it up, connected to an `EmptyCluster`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { WriteTimes } from "../../../db/driver/clock/write_times.ts";
import { type ClientSettings, connectClient } from "../../../db/driver/client/connect_client.ts";
import { AttemptBudget } from "../../../db/driver/timing/attempt_budget.ts";
import type { EmptyCluster } from "./empty_cluster.ts";

export interface ClusterClient extends AsyncDisposable {
  readonly client: cassandra.Client;
  /** The hosts of the client, in the order of their addresses: `127.0.3.1 up`. */
  states(): string[];
}

export interface ClusterClientOptions {
  /** By hostname. */
  readonly contactPoints: readonly string[];
  readonly localDatacenter: string;
  readonly connectionsPerHost?: number;
}

export function clusterSettings(
  cluster: EmptyCluster,
  { contactPoints, localDatacenter, connectionsPerHost = 1 }: ClusterClientOptions,
): ClientSettings {
  return {
    contactPoints: contactPoints.map((hostname) => cluster.contactPoint(hostname)),
    localDatacenter,
    keyspace: "ks",
    secureBundle: null,
    connectionsPerHost,
    username: null,
    password: null,
    tlsCa: null,
    tlsCert: null,
    tlsKey: null,
    retryBudget: new AttemptBudget({ share: 0.1, burst: 1 }),
    observe: () => {},
    onSchemaChange: () => {},
  };
}

export async function connectToCluster(
  cluster: EmptyCluster,
  options: ClusterClientOptions | ClientSettings,
): Promise<ClusterClient> {
  const settings = "observe" in options ? options : clusterSettings(cluster, options);
  const client = await connectClient(settings, {
    writeTimes: new WriteTimes(Date.now),
    signal: new AbortController().signal,
  });
  if (client === null) throw new Error("Cannot connect: no client is wanted");
  return {
    client,
    states: () =>
      client.hosts.values().map((host) =>
        `${host.address.replace(/:.*/, "")} ${host.isUp() ? "up" : "down"}`
      ).sort(),
    [Symbol.asyncDispose]: () => client.shutdown(),
  };
}
