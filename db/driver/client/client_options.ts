/**
 * How the driver's client is set up: where and as whom it connects, and what it does on its own.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { AttemptBudget } from "../timing/attempt_budget.ts";
import { JitteredReconnection, RetryOnceIfIdempotent, SilentLast } from "./policies.ts";

const { distance } = cassandra.types;

/** How the client identifies itself to the nodes, and how they have to identify themselves. */
export interface CassandraCredentials {
  readonly username: string | null;
  readonly password: string | null;
  /** PEM. */
  readonly tlsCa: string | null;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
}

export interface ConnectionOptions extends CassandraCredentials {
  readonly contactPoints: readonly string[];
  readonly localDatacenter: string | null;
  /** Null for `migrate`, which may have to create the keyspace first. */
  readonly keyspace: string | null;
  readonly secureBundle: string | null;
  /** To each node of the local data centre. */
  readonly connectionsPerHost: number;
}

/** What the client needs apart from its options. */
export interface ClientParts {
  readonly writeTimes: cassandra.policies.timestampGeneration.TimestampGenerator;
  readonly retryBudget: AttemptBudget;
  /** The hosts that are asked after all others. */
  readonly silentHosts: ReadonlySet<unknown>;
}

export function clientOptions(
  options: ConnectionOptions,
  { writeTimes, retryBudget, silentHosts }: ClientParts,
): cassandra.DseClientOptions {
  return {
    ...(options.secureBundle === null
      ? { contactPoints: [...options.contactPoints] }
      : { cloud: { secureConnectBundle: options.secureBundle } }),
    ...(options.localDatacenter === null ? {} : { localDataCenter: options.localDatacenter }),
    ...(options.keyspace === null ? {} : { keyspace: options.keyspace }),
    ...(options.username === null ? {} : {
      credentials: { username: options.username, password: options.password ?? "" },
    }),
    ...tlsOptions(options),
    policies: {
      loadBalancing: new SilentLast(silentHosts),
      reconnection: new JitteredReconnection(),
      retry: new RetryOnceIfIdempotent(retryBudget),
      timestampGeneration: writeTimes,
    },
    protocolOptions: {
      ...portOf(options),
      // Later versions send an id of the result's columns with each EXECUTE, which nothing here keeps.
      maxVersion: cassandra.types.protocolVersion.v4,
      // With a dead node, the driver waits in vain. Longer than gossip takes: the schema's users look on
      // from then on (`schema_watch/schema_agreement.ts`), by a node that has to have heard of the change.
      maxSchemaAgreementWaitSeconds: 5,
    },
    socketOptions: {
      // A node that comes back while an attempt waits for it is found by the next one.
      connectTimeout: 2_000,
      // Timeouts alone never end a connection: see `internals/connections/pulse.ts`.
      defunctReadTimeoutThreshold: Number.MAX_SAFE_INTEGER,
    },
    pooling: {
      heartBeatInterval: 10_000,
      coreConnectionsPerHost: {
        [distance.local]: options.connectionsPerHost,
        [distance.remote]: 1,
      },
    },
    maxPrepared: Number.MAX_SAFE_INTEGER,
    applicationName: "cqlgate",
  };
}

/** The driver looks for all other nodes at this port. The contact points have the same, by config. */
function portOf({ contactPoints: [first] }: ConnectionOptions): { port?: number } {
  const port = /:(\d+)$/.exec(first ?? "")?.[1];
  return port === undefined ? {} : { port: Number(port) };
}

function tlsOptions(
  { tlsCa, tlsCert, tlsKey }: ConnectionOptions,
): Partial<cassandra.DseClientOptions> {
  if (tlsCa === null && tlsCert === null) return {};
  return {
    sslOptions: {
      rejectUnauthorized: true,
      ...(tlsCa === null ? {} : { ca: [tlsCa] }),
      ...(tlsCert === null ? {} : { cert: tlsCert }),
      ...(tlsKey === null ? {} : { key: tlsKey }),
    },
  };
}
