/**
 * Every setting of the service, one row each, in the order of the documentation. {@link Config} is inferred
 * from the table and `docs/configuration.md` generated from it, so that a new setting is one row here and
 * its use. Rules about several settings are in `rules.ts`.
 *
 * Times are in milliseconds and sizes in bytes, and the names say so.
 *
 * @module
 */
import { AUDIT_SETTINGS } from "./audit_settings.ts";
import { CACHE_SETTINGS } from "./cache_settings.ts";
import { CASSANDRA_SETTINGS } from "./cassandra_settings.ts";
import { CLOCK_SETTINGS } from "./clock_settings.ts";
import { FAILOVER_SETTINGS } from "./failover_settings.ts";
import { CONTROL_SETTINGS } from "./control_settings.ts";
import { DOCS_SETTINGS } from "./docs_settings.ts";
import { EDGE_SETTINGS } from "./edge_settings.ts";
import { IDENTITY_SETTINGS } from "./identity_settings.ts";
import { INSTRUMENT_SETTINGS } from "./instrument_settings.ts";
import { LOAD_SETTINGS } from "./load_settings.ts";
import { MASK_SETTINGS } from "./mask_settings.ts";
import { QUOTA_SETTINGS } from "./quota_settings.ts";
import { RELOAD_SETTINGS } from "./reload_settings.ts";
import { TLS_SETTINGS } from "./tls_settings.ts";
import type { Setting } from "./setting.ts";
import { hostNames, networks } from "./kinds/network_kinds.ts";
import { derivationSecrets, encryptionKeys } from "./kinds/secret_kinds.ts";
import { choice, integer, line, path, type SettingKind, text } from "./kinds/setting_kind.ts";
import { origins, pathPrefix, publicUrl } from "./kinds/web_address.ts";

export type { Setting } from "./setting.ts";

export const SETTINGS = {
  host: {
    name: "HOST",
    default: "0.0.0.0",
    kind: text(),
    meaning: "Address that the API listens on",
  },
  port: {
    name: "PORT",
    default: "8000",
    kind: integer({ min: 0, max: 65535 }),
    meaning: "The API, `/livez` and `/readyz`; 0 takes a free port",
  },
  adminPort: {
    name: "ADMIN_PORT",
    default: "8001",
    kind: integer({ min: 0, max: 65535 }),
    meaning:
      "`/metrics`, `/debug/hot` and the details of `/readyz`; do not expose it to the public",
  },
  adminHost: {
    name: "ADMIN_HOST",
    default: null,
    kind: text(),
    meaning: "Address that `ADMIN_PORT` listens on, such as `127.0.0.1`; by default that of `HOST`",
  },
  adminAllowedHosts: {
    name: "ADMIN_ALLOWED_HOSTS",
    default: "",
    kind: hostNames(),
    meaning:
      "Names by which `ADMIN_PORT` may be called, beside addresses and names of private networks: see [Operations](operations.md#names-of-the-admin-port)",
  },
  ...TLS_SETTINGS,
  /** Without a slash at the end; empty for no prefix. */
  basePath: {
    name: "BASE_PATH",
    default: "",
    kind: pathPrefix(),
    meaning:
      "Prefix of every path that the service answers, such as `/weather`; `/livez` and `/readyz` answer without it too: see [Operations](operations.md#behind-a-prefix)",
  },
  /** Without a slash at the end. */
  publicUrl: {
    name: "PUBLIC_URL",
    default: null,
    kind: publicUrl(),
    meaning:
      "The address that clients use, such as `https://api.example.com/weather`; `Link`, `Location` and OpenAPI's `servers` follow it",
  },
  apiTitle: {
    name: "API_TITLE",
    default: "cqlgate",
    kind: line(),
    meaning: "Name of the API, in `/`, `/docs` and the OpenAPI document",
  },
  apiVersion: {
    name: "API_VERSION",
    default: "1",
    kind: line(),
    meaning: "Version of the API, in the OpenAPI document",
  },
  apiDescription: {
    name: "API_DESCRIPTION",
    default: "Cassandra queries as a REST API",
    kind: text(),
    meaning: "What the API is for, in `/` and, as Markdown, in the OpenAPI document",
  },
  cqlDir: {
    name: "CQL_DIR",
    default: "./cql",
    kind: path(),
    meaning:
      "The project: a folder with `migrations/`, `queries/` and, optionally, `routes/`. By default, the example. " +
      "A relative path begins at the checkout of cqlgate, wherever `deno task` is called",
  },
  guardrails: {
    name: "GUARDRAILS",
    default: "refuse",
    kind: choice(["refuse", "warn"]),
    meaning:
      "Whether queries that hit a [guardrail](guardrails.md) of severity `error` are refused, or served with a warning",
  },
  ...CASSANDRA_SETTINGS,
  ...CLOCK_SETTINGS,
  ...FAILOVER_SETTINGS,
  ...IDENTITY_SETTINGS,
  ...MASK_SETTINGS,
  /** The first key encrypts, all decrypt. Empty if nothing is served. */
  cursorKeys: {
    name: "CURSOR_KEY",
    default: "",
    kind: encryptionKeys(),
    meaning:
      "Encrypts cursors; required, and the same in every replica; list two keys to rotate (the first encrypts)",
    secret: true,
  },
  /** The newest first. Empty if no route takes `Idempotency-Key`. */
  idempotencySecrets: {
    name: "IDEMPOTENCY_SECRET",
    default: "",
    kind: derivationSecrets(),
    meaning:
      "Derives the generated values of requests with an `Idempotency-Key`, which are refused without it; the same in every replica, the newest first; see [Operations](operations.md#rotating-the-idempotency-secret) for the instants",
    secret: true,
  },
  idempotencyWindowMs: {
    name: "IDEMPOTENCY_WINDOW_MS",
    default: "900000",
    kind: integer({ min: 1000, max: 86_400_000 }),
    meaning: "How old the time in an `Idempotency-Key` may be, and so how long a retry is safe",
  },
  requestTimeoutMs: {
    name: "REQUEST_TIMEOUT_MS",
    default: "5000",
    kind: integer({ min: 1, max: 600_000 }),
    meaning: "Longest time that a request waits for Cassandra, all attempts together",
  },
  handlerTimeoutMs: {
    name: "HANDLER_TIMEOUT_MS",
    default: "60000",
    kind: integer({ min: 1, max: 3_600_000 }),
    meaning:
      "Longest time that the handler of a hand-written route may take until it answers; a stream may last longer",
  },
  bodyTimeoutMs: {
    name: "BODY_TIMEOUT_MS",
    default: "30000",
    kind: integer({ min: 1, max: 3_600_000 }),
    meaning: "Longest time for a request body, or for each line of a bulk upload, to arrive",
  },
  maxBodyBytes: {
    name: "MAX_BODY_BYTES",
    default: "1048576",
    kind: integer({ min: 1, max: 2 ** 31 }),
    meaning: "Largest request body",
  },
  ...EDGE_SETTINGS,
  maxPageBytes: {
    name: "MAX_PAGE_BYTES",
    default: "4194304",
    kind: integer({ min: 1024, max: 2 ** 28 }),
    meaning:
      "Largest page of rows, as Cassandra sends it; a page ends early if the next row does not fit",
  },
  ...CACHE_SETTINGS,
  stallTimeoutMs: {
    name: "STREAM_STALL_TIMEOUT_MS",
    default: "60000",
    kind: integer({ min: 1, max: 3_600_000 }),
    meaning: "Longest time that a caller may read nothing of a stream or a large answer",
  },
  ...LOAD_SETTINGS,
  ...QUOTA_SETTINGS,
  ...CONTROL_SETTINGS,
  trustedProxies: {
    name: "TRUSTED_PROXIES",
    default: "",
    kind: networks(),
    meaning:
      "Proxies whose forwarding headers are trusted: see [Operations](operations.md#behind-a-load-balancer)",
  },
  corsOrigins: {
    name: "CORS_ORIGINS",
    default: "",
    kind: origins(),
    meaning:
      "Web pages that may call the API from a browser; none by default: see [HTTP](http.md#from-a-web-page)",
  },
  ...DOCS_SETTINGS,
  ...RELOAD_SETTINGS,
  drainDelayMs: {
    name: "DRAIN_DELAY_MS",
    default: "5000",
    kind: integer({ min: 0, max: 600_000 }),
    meaning:
      "Time between SIGTERM and refusing connections, for the load balancer to notice; 0 in dev",
  },
  shutdownGraceMs: {
    name: "SHUTDOWN_GRACE_MS",
    default: "30000",
    kind: integer({ min: 0, max: 3_600_000 }),
    meaning: "Longest time that requests in flight may take after SIGTERM",
  },
  logLevel: {
    name: "LOG_LEVEL",
    default: "info",
    kind: choice(["debug", "info", "warning", "error"]),
    meaning: "Lowest level to log",
  },
  logFormat: {
    name: "LOG_FORMAT",
    default: "json",
    kind: choice(["json", "pretty"]),
    meaning: "`json` for one JSON object per line, `pretty` for a terminal (the default in dev)",
  },
  ...INSTRUMENT_SETTINGS,
  ...AUDIT_SETTINGS,
} as const satisfies Readonly<Record<string, Setting>>;

type Settings = typeof SETTINGS;

/** The name of a setting's environment variable. */
export type SettingName = Settings[keyof Settings]["name"];

/** Everything that can be set, read and checked. */
export type Config = { readonly [Key in keyof Settings]: ValueOf<Settings[Key]> };

type ValueOf<Row extends Setting> = Row["kind"] extends SettingKind<infer Value>
  ? Row["default"] extends null ? Value | null : Value
  : never;
