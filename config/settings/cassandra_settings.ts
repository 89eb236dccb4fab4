/**
 * The settings for Cassandra: where it is, who asks, and how.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import type { Setting } from "./setting.ts";
import { fileContent } from "./kinds/file_kinds.ts";
import { contactPoints } from "./kinds/network_kinds.ts";
import { choice, integer, keyspaceName, path, replication, text } from "./kinds/setting_kind.ts";

const CONSISTENCIES = [
  "ONE",
  "TWO",
  "THREE",
  "QUORUM",
  "ALL",
  "LOCAL_QUORUM",
  "LOCAL_ONE",
] as const satisfies readonly Consistency[];

export const CASSANDRA_SETTINGS = {
  contactPoints: {
    name: "CASSANDRA_CONTACT_POINTS",
    default: "",
    kind: contactPoints(),
    meaning:
      "Nodes to connect to first; the others are found at the same port. Required, but `deno task dev` starts its own node without it",
  },
  localDatacenter: {
    name: "CASSANDRA_LOCAL_DATACENTER",
    default: null,
    kind: text(),
    meaning: "The data centre whose nodes serve this process; required, `dc1` in dev",
  },
  keyspace: {
    name: "CASSANDRA_KEYSPACE",
    default: "cqlgate",
    kind: keyspaceName(),
    meaning: "Where unqualified names in `cql/` live; `migrate` creates it if it is missing",
  },
  replication: {
    name: "CASSANDRA_REPLICATION",
    default: null,
    kind: replication(),
    meaning:
      "Replication (NetworkTopologyStrategy) of the keyspace that `migrate` creates; `dc1:1` in dev",
  },
  username: {
    name: "CASSANDRA_USERNAME",
    default: null,
    kind: text(),
    meaning: "User name of the database role",
  },
  password: {
    name: "CASSANDRA_PASSWORD",
    default: null,
    kind: text(),
    meaning: "Password of the database role",
    secret: true,
  },
  /** PEM, as the file holds it; the next two as well. */
  tlsCa: {
    name: "CASSANDRA_TLS_CA",
    default: null,
    kind: fileContent(),
    meaning: "The authority that signs the nodes' certificates; turns TLS on",
  },
  tlsCert: {
    name: "CASSANDRA_TLS_CERT",
    default: null,
    kind: fileContent(),
    meaning: "The client's certificate",
  },
  tlsKey: {
    name: "CASSANDRA_TLS_KEY",
    default: null,
    kind: fileContent(),
    meaning: "The client's private key",
  },
  secureBundle: {
    name: "CASSANDRA_SECURE_BUNDLE",
    default: null,
    kind: path(),
    meaning: "Astra secure connect bundle, in place of contact points",
  },
  consistency: {
    name: "CASSANDRA_CONSISTENCY",
    default: "LOCAL_QUORUM",
    kind: choice(CONSISTENCIES),
    meaning: "Consistency of a query without `@consistency`",
  },
  connectionsPerHost: {
    name: "CASSANDRA_CONNECTIONS_PER_HOST",
    default: "2",
    kind: integer({ min: 1, max: 64 }),
    meaning:
      "Connections to each node of the local data centre: a large answer holds up only what shares its connection",
  },
} as const satisfies Readonly<Record<string, Setting>>;
