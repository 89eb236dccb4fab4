/**
 * Every setting of the service, in the order of the documentation, which a test holds against it.
 *
 * @module
 */

/** A setting's environment variable, its default as documented, and what it means. */
export interface Setting {
  readonly name: string;
  /** As documented; null where there is none. */
  readonly fallback: string | null;
  readonly meaning: string;
  /** A secret may also come from the file that `NAME_FILE` names. */
  readonly secret?: boolean;
}

export const SETTINGS = [
  { name: "HOST", fallback: "0.0.0.0", meaning: "Address that the API and admin ports listen on" },
  {
    name: "PORT",
    fallback: "8000",
    meaning: "The API, `/livez`, `/readyz`, `/openapi.json` and `/docs`; 0 takes a free port",
  },
  { name: "ADMIN_PORT", fallback: "8001", meaning: "`/metrics`; not for the public" },
  { name: "CQL_DIR", fallback: "./cql", meaning: "Folder with `migrations/` and `queries/`" },
  {
    name: "CASSANDRA_CONTACT_POINTS",
    fallback: null,
    meaning: "`host[:port],…`; required, but `deno task dev` starts its own where it is not set",
  },
  {
    name: "CASSANDRA_LOCAL_DATACENTER",
    fallback: null,
    meaning: "The data centre whose nodes serve this process; required, `dc1` in dev",
  },
  {
    name: "CASSANDRA_KEYSPACE",
    fallback: "cqlgate",
    meaning: "Where unqualified names in `cql/` live; `migrate` creates it where it is missing",
  },
  {
    name: "CASSANDRA_REPLICATION",
    fallback: null,
    meaning:
      "`dc:factor,…` for the keyspace that `migrate` creates (NetworkTopologyStrategy); `dc1:1` in dev",
  },
  { name: "CASSANDRA_USERNAME", fallback: null, meaning: "User name of the database role" },
  {
    name: "CASSANDRA_PASSWORD",
    fallback: null,
    meaning: "Password of the database role",
    secret: true,
  },
  {
    name: "CASSANDRA_TLS_CA",
    fallback: null,
    meaning: "PEM file of the authority that signs the nodes' certificates; turns TLS on",
  },
  { name: "CASSANDRA_TLS_CERT", fallback: null, meaning: "PEM file of the client's certificate" },
  { name: "CASSANDRA_TLS_KEY", fallback: null, meaning: "PEM file of the client's private key" },
  {
    name: "CASSANDRA_SECURE_BUNDLE",
    fallback: null,
    meaning: "Path of an Astra secure connect bundle, in place of contact points",
  },
  {
    name: "CASSANDRA_CONSISTENCY",
    fallback: "LOCAL_QUORUM",
    meaning: "Consistency of a query without `@consistency`",
  },
  {
    name: "OIDC_ISSUER",
    fallback: null,
    meaning: "Issuer URL whose tokens are accepted; required unless every route is `@public`",
  },
  {
    name: "OIDC_AUDIENCE",
    fallback: null,
    meaning: "Audience that a token must name; required with `OIDC_ISSUER`",
  },
  {
    name: "CURSOR_KEY",
    fallback: null,
    meaning:
      "32 bytes in base64 that encrypt cursors, the same in every replica; two, comma-separated, to rotate (the first one encrypts)",
    secret: true,
  },
  {
    name: "REQUEST_TIMEOUT_MS",
    fallback: "5000",
    meaning: "Longest that a request waits for Cassandra, in milliseconds",
  },
  {
    name: "BODY_TIMEOUT_MS",
    fallback: "30000",
    meaning:
      "Longest that a request's body may take to come in, and that a bulk upload may pause, in milliseconds",
  },
  { name: "MAX_BODY_BYTES", fallback: "1048576", meaning: "Largest request body, in bytes" },
  {
    name: "MAX_IN_FLIGHT",
    fallback: "1024",
    meaning: "Requests served at once by this process; more are answered with 503 at once",
  },
  {
    name: "DRAIN_DELAY_MS",
    fallback: "5000",
    meaning:
      "Time between SIGTERM and the end of accepting, for the load balancer to notice; 0 in dev",
  },
  {
    name: "SHUTDOWN_GRACE_MS",
    fallback: "30000",
    meaning: "Longest that requests in flight may take after SIGTERM, in milliseconds",
  },
  { name: "LOG_LEVEL", fallback: "info", meaning: "`debug`, `info`, `warning` or `error`" },
  {
    name: "LOG_FORMAT",
    fallback: "json",
    meaning: "`json`, a line each, or `pretty` for a terminal (the default in dev)",
  },
] as const satisfies readonly Setting[];

export type SettingName = typeof SETTINGS[number]["name"];
