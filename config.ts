/**
 * The configuration: one flat record, read once from the environment. Every name, default and meaning
 * is in `SETTINGS`, which `docs/configuration.md` is held against by a test.
 *
 * @module
 */
import type { Consistency } from "./catalog/query.ts";
import { closest } from "./catalog/suggest.ts";

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

type Name = typeof SETTINGS[number]["name"];

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
  readonly maxBodyBytes: number;
  readonly maxInFlight: number;
  readonly drainDelayMs: number;
  readonly shutdownGraceMs: number;
  readonly logLevel: typeof LOG_LEVELS[number];
  readonly logFormat: typeof LOG_FORMATS[number];
}

/** Every mistake of a configuration, for whoever starts the process. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    super(
      `Cannot start: ${count} in the environment\n${mistakes.map((m) => `  ${m}`).join("\n")}\n` +
        `docs/configuration.md lists every setting`,
    );
    this.mistakes = mistakes;
  }
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
  const reader = new Reader(env);
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
    tlsCa: reader.optional("CASSANDRA_TLS_CA"),
    tlsCert: reader.optional("CASSANDRA_TLS_CERT"),
    tlsKey: reader.optional("CASSANDRA_TLS_KEY"),
    secureBundle,
    consistency: reader.choice("CASSANDRA_CONSISTENCY", CONSISTENCIES),
    oidcIssuer: reader.url("OIDC_ISSUER"),
    oidcAudience: reader.optional("OIDC_AUDIENCE"),
    cursorKeys: reader.keys("CURSOR_KEY", { required: serves }),
    requestTimeoutMs: reader.integer("REQUEST_TIMEOUT_MS", { min: 1, max: 600_000 }),
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

const FALLBACKS: ReadonlyMap<string, string | null> = new Map(
  SETTINGS.map((setting) => [setting.name, setting.fallback]),
);

const SECRETS: ReadonlySet<string> = new Set(
  SETTINGS.filter((setting) => "secret" in setting).map((setting) => setting.name),
);

/** Reads settings one by one and keeps the mistakes until the end. */
class Reader {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #mistakes: string[] = [];

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  mistake(name: Name, what: string): void {
    this.#mistakes.push(`${name} ${what}`);
  }

  finish(): void {
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes);
  }

  optional(name: Name): string | null {
    const value = this.#env[name]?.trim();
    const file = this.#env[`${name}_FILE`]?.trim();
    if (file) {
      if (value) this.mistake(name, `and ${name}_FILE are both set: keep one`);
      try {
        return Deno.readTextFileSync(file).trim();
      } catch (error) {
        this.mistake(name, `cannot be read from ${name}_FILE "${file}": ${reasonOf(error)}`);
        return null;
      }
    }
    return value ? value : FALLBACKS.get(name) ?? null;
  }

  text(name: Name): string {
    return this.optional(name) ?? "";
  }

  list(name: Name): string[] {
    return this.text(name).split(",").map((part) => part.trim()).filter((part) => part !== "");
  }

  integer(name: Name, range: { min: number; max: number }): number {
    const text = this.text(name);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= range.min && value <= range.max)) {
      this.mistake(name, `is "${text}": expected an integer from ${range.min} to ${range.max}`);
    }
    return value;
  }

  choice<const T extends string>(name: Name, choices: readonly T[]): T {
    const text = this.text(name);
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found === undefined) {
      this.mistake(name, `is "${text}": expected one of ${choices.join(", ")}`);
    }
    return found ?? choices[0]!;
  }

  contactPoint(point: string): string {
    const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s/]+)(?::(\d+))?$/.exec(point);
    const port = Number(match?.[2] ?? 9042);
    if (!match || port < 1 || port > 65535) {
      this.mistake("CASSANDRA_CONTACT_POINTS", `has "${point}": expected "host" or "host:port"`);
    }
    return `${match?.[1]}:${port}`;
  }

  keyspace(name: Name): string {
    const text = this.text(name);
    if (!/^[a-z][a-z0-9_]{0,47}$/.test(text)) {
      this.mistake(
        name,
        `is "${text}": expected up to 48 lower-case letters, digits and underscores, a letter first`,
      );
    }
    return text;
  }

  replication(name: Name): Record<string, number> | null {
    const entries = this.list(name).map((part): [string, number] => {
      const match = /^([\w.-]+):([1-9]\d?)$/.exec(part);
      if (!match) this.mistake(name, `has "${part}": expected "dc:factor", such as "dc1:3"`);
      return [match?.[1] ?? "", Number(match?.[2])];
    });
    return entries.length === 0 ? null : Object.fromEntries(entries);
  }

  url(name: Name): string | null {
    const text = this.optional(name);
    if (text === null) return null;
    const url = URL.parse(text);
    if (url === null || !["https:", "http:"].includes(url.protocol)) {
      this.mistake(name, `is "${text}": expected a URL, such as "https://login.example.com"`);
    } else if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
      this.mistake(name, `is "${text}": only https is safe beyond this machine`);
    }
    return text;
  }

  keys(name: Name, { required }: { required: boolean }): Uint8Array[] {
    const keys = this.list(name).map((text) => {
      const key = decodeBase64(text);
      if (key?.length !== 32) {
        this.mistake(name, 'has a key that is not 32 bytes in base64: "openssl rand -base64 32"');
      }
      return key ?? new Uint8Array();
    });
    if (keys.length === 0 && required) {
      this.mistake(
        name,
        'is not set: make one with "openssl rand -base64 32" and give it to every replica',
      );
    }
    if (keys.length > 2) this.mistake(name, `has ${keys.length} keys: two are enough to rotate`);
    return keys;
  }

  together(first: Name, second: Name): void {
    const [a, b] = [this.optional(first), this.optional(second)];
    if (a !== null && b === null) this.mistake(second, `is not set, but ${first} is`);
    if (a === null && b !== null) this.mistake(first, `is not set, but ${second} is`);
  }

  /** A misspelt setting would otherwise be a default that nobody chose. */
  unknownNames(): void {
    const known = [...FALLBACKS.keys()];
    for (const name of Object.keys(this.#env)) {
      const base = name.replace(/_FILE$/, "");
      if (FALLBACKS.has(name) || SECRETS.has(base) || !OWN_PREFIX.test(name)) continue;
      const near = closest(base, known);
      if (near === base) {
        this.#mistakes.push(`${name} cannot be read: only secrets come from files, set ${base}`);
      } else if (near !== null) {
        this.#mistakes.push(`${name} is no setting of this service: did you mean ${near}?`);
      }
    }
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const OWN_PREFIX = /^(CASSANDRA|OIDC|CURSOR|CQL)_/;

function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
