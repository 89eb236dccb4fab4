/**
 * The configuration: one flat record, read once from the environment. Every name, default and meaning
 * is in `settings.ts` beside this file.
 *
 * @module
 */
import type { Consistency } from "../catalog/query.ts";
import { SettingReader } from "./setting_reader.ts";

const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
const LOG_FORMATS = ["json", "pretty"] as const;
const CONSISTENCIES = [
  "ONE",
  "TWO",
  "THREE",
  "QUORUM",
  "ALL",
  "LOCAL_QUORUM",
  "LOCAL_ONE",
] as const satisfies readonly Consistency[];

/** Everything that the service can be told. Times are in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly cqlDir: string;
  /** `host:port` each; empty only with a secure bundle. */
  readonly contactPoints: readonly string[];
  readonly localDatacenter: string | null;
  readonly keyspace: string;
  /** Data centre to replication factor; null where only `migrate` would need it. */
  readonly replication: Readonly<Record<string, number>> | null;
  readonly username: string | null;
  readonly password: string | null;
  /** PEM, as the files hold it. */
  readonly tlsCa: string | null;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly secureBundle: string | null;
  readonly consistency: Consistency;
  readonly oidcIssuer: string | null;
  readonly oidcAudience: string | null;
  /** 32 bytes each; the first one encrypts, all decrypt. */
  readonly cursorKeys: readonly Uint8Array[];
  readonly requestTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly maxInFlight: number;
  readonly drainDelayMs: number;
  readonly shutdownGraceMs: number;
  readonly logLevel: typeof LOG_LEVELS[number];
  readonly logFormat: typeof LOG_FORMATS[number];
}

/**
 * Reads the configuration from an environment, given as a plain record.
 *
 * @param options `serves: false` for commands that only speak with Cassandra, and so need no key
 * @throws {ConfigError} with every mistake at once: missing, malformed, contradictory and misspelt ones
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  { serves = true }: { serves?: boolean } = {},
): Config {
  const reader = new SettingReader(env);
  const secureBundle = reader.optional("CASSANDRA_SECURE_BUNDLE");
  const contactPoints = reader.list("CASSANDRA_CONTACT_POINTS").map((point) =>
    reader.contactPoint(point)
  );
  const localDatacenter = reader.optional("CASSANDRA_LOCAL_DATACENTER");
  if (secureBundle === null) {
    if (contactPoints.length === 0) {
      reader.mistake(
        "CASSANDRA_CONTACT_POINTS",
        'is not set: name a node, such as "127.0.0.1:9042", or run "deno task dev", which starts one',
      );
    }
    if (localDatacenter === null) {
      reader.mistake(
        "CASSANDRA_LOCAL_DATACENTER",
        'is not set: "nodetool status" shows the name, "datacenter1" in a stock Cassandra',
      );
    }
  } else if (contactPoints.length > 0) {
    reader.mistake("CASSANDRA_CONTACT_POINTS", "cannot be set beside CASSANDRA_SECURE_BUNDLE");
  }
  reader.together("CASSANDRA_USERNAME", "CASSANDRA_PASSWORD");
  reader.together("CASSANDRA_TLS_CERT", "CASSANDRA_TLS_KEY");
  reader.together("OIDC_ISSUER", "OIDC_AUDIENCE");

  const config: Config = {
    host: reader.text("HOST"),
    port: reader.integer("PORT", { min: 0, max: 65535 }),
    adminPort: reader.integer("ADMIN_PORT", { min: 0, max: 65535 }),
    cqlDir: reader.text("CQL_DIR"),
    contactPoints,
    localDatacenter,
    keyspace: reader.keyspace("CASSANDRA_KEYSPACE"),
    replication: reader.replication("CASSANDRA_REPLICATION"),
    username: reader.optional("CASSANDRA_USERNAME"),
    password: reader.optional("CASSANDRA_PASSWORD"),
    tlsCa: reader.file("CASSANDRA_TLS_CA"),
    tlsCert: reader.file("CASSANDRA_TLS_CERT"),
    tlsKey: reader.file("CASSANDRA_TLS_KEY"),
    secureBundle,
    consistency: reader.choice("CASSANDRA_CONSISTENCY", CONSISTENCIES),
    oidcIssuer: reader.url("OIDC_ISSUER"),
    oidcAudience: reader.optional("OIDC_AUDIENCE"),
    cursorKeys: reader.keys("CURSOR_KEY", { required: serves }),
    requestTimeoutMs: reader.integer("REQUEST_TIMEOUT_MS", { min: 1, max: 600_000 }),
    bodyTimeoutMs: reader.integer("BODY_TIMEOUT_MS", { min: 1, max: 3_600_000 }),
    maxBodyBytes: reader.integer("MAX_BODY_BYTES", { min: 1, max: 2 ** 31 }),
    maxInFlight: reader.integer("MAX_IN_FLIGHT", { min: 1, max: 1_000_000 }),
    drainDelayMs: reader.integer("DRAIN_DELAY_MS", { min: 0, max: 600_000 }),
    shutdownGraceMs: reader.integer("SHUTDOWN_GRACE_MS", { min: 0, max: 3_600_000 }),
    logLevel: reader.choice("LOG_LEVEL", LOG_LEVELS),
    logFormat: reader.choice("LOG_FORMAT", LOG_FORMATS),
  };
  if (config.port !== 0 && config.port === config.adminPort) {
    reader.mistake("ADMIN_PORT", `is "${config.port}", as PORT is: the two must differ`);
  }
  reader.unknownNames();
  reader.finish();
  return config;
}
