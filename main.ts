/**
 * The composition root: puts the layers together and starts the process; `server/shutdown.ts` ends it. The
 * only file that knows every layer; the end-to-end tests call the same `start()`.
 *
 * @module
 */
import manifest from "./deno.json" with { type: "json" };
import { getLogger } from "@logtape/logtape";
import type { AuditLog } from "./audit/audit_log.ts";
import { openAuditLog } from "./audit/open_audit_log.ts";
import { assertServable } from "./config/check_project.ts";
import { type Config, readConfig } from "./config/config.ts";
import { ConfigError } from "./config/config_error.ts";
import { trustedIssuers } from "./config/trusted_issuer.ts";
import { type EffectiveSetting, effectiveSettings } from "./config/effective_settings.ts";
import { certificateOf, credentialsOf } from "./config/replaceable.ts";
import { settingWarnings } from "./config/unknown_settings.ts";
import { Session } from "./db/driver/session.ts";
import { createTextHash } from "./db/prepare/conceal.ts";
import type { PreparedQuery } from "./db/prepare/prepared_query.ts";
import { createExecutor } from "./db/run/execute.ts";
import { createCursorTable } from "./db/schema/cursor_table.ts";
import { exportsConsole } from "./observe/log/console_export.ts";
import { watchEventLoop } from "./observe/metrics/event_loop.ts";
import { configureLogs, describeCause, LOG_CATEGORY, logObservations } from "./observe/log/log.ts";
import { LineWriter } from "./observe/log/line_writer.ts";
import { createMetrics } from "./observe/metrics/metrics.ts";
import type { Observe } from "./observe/observation.ts";
import { refineRuntimeSpans } from "./observe/runtime_spans.ts";
import { createStatus } from "./observe/status.ts";
import { createAddresses } from "./routes/addresses.ts";
import { createAdmin } from "./routes/admin.ts";
import { createApp } from "./routes/app.ts";
import { createPossession } from "./routes/auth/proof/possession.ts";
import { createTokenAuthenticator } from "./routes/auth/token_authenticator.ts";
import { createDocsResources } from "./routes/docs/docs_resources.ts";
import { createSeeds } from "./routes/generate/seed.ts";
import { openControlFile } from "./routes/control/control_file.ts";
import { createPermit } from "./routes/cors/cors.ts";
import { exposedHeaders } from "./routes/cors/exposed_headers.ts";
import { createOriginPolicy } from "./routes/cors/origin_policy.ts";
import type { HandwrittenRoute } from "./routes/handwritten/define_route.ts";
import { createSecureHeaders } from "./routes/middleware/security_headers.ts";
import { createAddressReader, createPeerTrust } from "./routes/load/client_address.ts";
import { Places } from "./routes/load/places.ts";
import { TimeSlices } from "./routes/load/time_slices.ts";
import { WriteSlots } from "./routes/load/write_slots.ts";
import { createCursors } from "./routes/paging/cursors.ts";
import { createCursorBox } from "./routes/paging/seal_cursor.ts";
import { createQuotas } from "./routes/quota/quotas.ts";
import { Activation } from "./server/activation.ts";
import { localUrl } from "./server/host_port.ts";
import { listen, type Listener } from "./server/listen.ts";
import { listenTls } from "./server/listen_tls.ts";
import { assertRuntime } from "./server/runtime.ts";
import { shutDown, stopOnSignal } from "./server/shutdown.ts";
import { watchValue } from "./server/watch_value.ts";

/** A running service. */
export interface Service {
  /** Of the API on this machine, with its prefix and without a slash at the end. */
  readonly url: string;
  readonly adminUrl: string;
  /** Resolves when the routes are served for the first time. Never rejects. */
  readonly ready: Promise<void>;
  /**
   * Reads the queries and migrations again and serves what they say now. Code is not read again.
   *
   * @throws what keeps them from being served, such as a `ProjectError`; the old routes keep serving
   */
  reload(): Promise<void>;
  /** Begins a new file for the audit log, if the old one was renamed. */
  reopenAudit(): void;
  /** Reads the control file again, as it does every second. */
  readControl(): Promise<void>;
  /** Drains and stops, as on SIGTERM. Resolves when nothing is left. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** Hears of everything, as the log and the metrics do. */
  readonly observe?: Observe;
  /** Where lines for stdout go. Default: stdout, which nobody else may be writing to then. */
  readonly stdout?: LineWriter;
  /** The settings as they are now, with what files say now. Default: they never change. */
  readonly reread?: () => Config;
  /** What the operator's port says of the settings. Default: nothing. */
  readonly settings?: readonly EffectiveSetting[];
}

/**
 * Starts the service. It listens at once and becomes ready when Cassandra is there.
 *
 * @throws {ProjectError | ConfigError} if what it was given cannot be served
 * @throws {Deno.errors.AddrInUse} if a port is taken
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Service> {
  const metrics = createMetrics(manifest.version);
  const status = createStatus();
  const observers = [metrics.observe, status.observe, logObservations(getLogger(LOG_CATEGORY))];
  if (options.observe !== undefined) observers.push(options.observe);
  const observe: Observe = (observation) => {
    for (const observer of observers) observer(observation);
  };
  const audit = await openAudit(config, { observe, stdout: options.stdout });
  const session = new Session({ ...config, observe });
  const executor = createExecutor({ session, observe, maxPageBytes: config.maxPageBytes });
  const cursorTable = createCursorTable(session, config.keyspace);
  const cursors = createCursors(cursorTable, createCursorBox(config.cursorKeys));
  const issuers = trustedIssuers(config);
  const authenticator = issuers.length === 0
    ? null
    : createTokenAuthenticator({ issuers, observe });
  const places = new Places({
    max: config.maxInFlight,
    // Zero means no limit.
    maxPerCaller: (config.maxInFlightPerCaller ?? Math.ceil(config.maxInFlight / 4)) || Infinity,
  });
  const [slices, slots] = [new TimeSlices(), new WriteSlots()];
  const addressOf = createAddressReader(config.trustedProxies);
  const auditing = audit === null ? null : { log: audit, addressOf, hashKey: config.auditSecret };
  const quotas = createQuotas({ ...config, addressOf });
  const control = config.controlFile === null
    ? null
    : await openControlFile(config.controlFile, { observe });
  const addresses = createAddresses(config);
  const possession = createPossession({
    ...config,
    addresses,
    secrets: config.cursorKeys,
    addressOf,
    isTrustedProxy: createPeerTrust(config.trustedProxies),
  });
  const seeds = createSeeds();
  const origins = createOriginPolicy(config.corsOrigins);
  const certificate = certificateOf(config);
  const isHttps = certificate !== null || (config.publicUrl?.startsWith("https:") ?? false);
  const secure = createSecureHeaders({
    isOpenToAll: config.corsOrigins.some(({ kind }) => kind === "any"),
    hstsMaxAgeSeconds: isHttps && config.hstsMaxAgeSeconds > 0 ? config.hstsMaxAgeSeconds : null,
  });
  const docs = config.docs === "off" ? null : createDocsResources({ issuers, ...config }, observe);
  let isClosing = false;
  const activation = new Activation({
    session,
    cqlDir: config.cqlDir,
    keyspace: config.keyspace,
    consistency: config.consistency,
    guardrails: config.guardrails,
    cursorTable,
    observe,
    check({ queries, routes }) {
      const served = { queries, routes: routes.map(({ route }) => route), issuers };
      assertServable(config, served);
      if (audit === null && queries.some((query) => query.audit)) {
        const message = 'AUDIT_LOG is "off": what "@audit" asks for is not put on record';
        observe({ kind: "warning", message, cause: undefined });
      }
    },
    serve: (prepared, routes) => app = appFor(prepared, routes.map(({ route }) => route)),
  });
  await activation.load();

  function appFor(
    prepared: readonly PreparedQuery[] | null,
    handwritten: readonly HandwrittenRoute[],
  ) {
    return createApp({
      prepared,
      handwritten,
      about: {
        title: config.apiTitle,
        version: config.apiVersion,
        description: config.apiDescription,
      },
      addresses,
      origins,
      secure,
      docs,
      executor,
      cursors,
      hash: config.maskSecret === null ? null : createTextHash(config.maskSecret),
      seeds,
      idempotency: {
        secrets: config.idempotencySecrets,
        windowMs: config.idempotencyWindowMs,
      },
      authenticator,
      possession,
      issuers: issuers.map(({ issuer }) => issuer),
      control,
      quotas,
      places,
      slices,
      slots,
      addressOf,
      stallTimeoutMs: config.stallTimeoutMs,
      headLimits: config,
      auditing,
      bodyLimits: { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs },
      observe,
      unreadiness: () => isClosing ? "it is shutting down" : activation.obstacle,
    });
  }
  let app = appFor(null, []);

  const { host: hostname } = config;
  const onLost = (cause: unknown, retryInMs: number) => {
    const message = `The server stopped accepting connections; it retries in ${retryInMs} ms`;
    observe({ kind: "warning", message, cause });
  };
  const permit = origins === null
    ? null
    : createPermit({ policy: origins, exposed: exposedHeaders([]) });
  const onRefusal = (request: Request, headers: Headers) => {
    secure(headers);
    permit?.(request, headers);
  };
  const apiOptions = { hostname, port: config.port, onLost, onRefusal };
  const serveApi: Deno.ServeHandler<Deno.NetAddr> = (request, info) => app.fetch(request, info);
  const tls = certificate === null ? null : listenTls({ ...apiOptions, certificate }, serveApi);
  const api = tls ?? listen(apiOptions, serveApi);
  const adminHostname = config.adminHost ?? hostname;
  let admin: Listener;
  try {
    admin = listen(
      { hostname: adminHostname, port: config.adminPort, onLost },
      createAdmin({ metrics, status, secure, settings: options.settings ?? [] }).fetch,
    );
  } catch (error) {
    await api.finish(0);
    throw error;
  }
  const scheme = tls === null ? "http" : "https";
  const url = localUrl({ hostname, port: api.port, scheme }) + config.basePath;
  const adminUrl = localUrl({ hostname: adminHostname, port: admin.port });
  observe({ kind: "listening", url, adminUrl });
  session.open();
  authenticator?.warmUp();
  const unwatchEventLoop = watchEventLoop(observe);
  const { reread = () => config } = options;
  const watchOptions = { intervalMs: config.reloadIntervalMs, observe };
  const unwatchCertificate = watchValue({
    what: "the certificate and key of the API",
    initial: certificate,
    read: () => certificateOf(reread()),
    async apply(next) {
      if (next !== null) await tls?.replaceCertificate(next);
    },
  }, watchOptions);
  const unwatchCredentials = watchValue({
    what: "the credentials for Cassandra",
    initial: credentialsOf(config),
    read: () => credentialsOf(reread()),
    apply: (credentials) => session.replaceCredentials(credentials),
  }, watchOptions);

  async function close(): Promise<void> {
    isClosing = true;
    unwatchCertificate();
    unwatchCredentials();
    await shutDown({ activation, api, admin, session, audit, observe }, config);
    authenticator?.close();
    unwatchEventLoop();
    control?.close();
  }
  let closed: Promise<void> | null = null;
  return {
    reopenAudit: () => audit?.reopen(),
    readControl: async () => await control?.refresh(),
    url,
    adminUrl,
    ready: activation.ready,
    reload: () => activation.reload(),
    close: () => closed ??= close(),
  };
}

/** @throws {ConfigError} if the audit log cannot be written to */
async function openAudit(
  { auditLog, auditFailure: failure }: Config,
  { observe, stdout }: { readonly observe: Observe; readonly stdout: LineWriter | undefined },
): Promise<AuditLog | null> {
  let writer = stdout;
  function write(line: Uint8Array<ArrayBuffer>): Promise<void> {
    writer ??= new LineWriter(Deno.stdout.writable);
    return writer.write(line);
  }
  try {
    return await openAuditLog(auditLog, { failure, observe, stdout: write });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new ConfigError([`AUDIT_LOG cannot be opened: ${reason}`]);
  }
}

/** The service of a whole process: with its log, and with its answer to promises nobody waited for. */
export async function boot(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly service: Service; flushLogs(): Promise<void> }> {
  assertRuntime();
  const config = readConfig(env);
  if (config.auditLog.kind === "otlp" && !exportsConsole(env)) {
    throw new ConfigError(['AUDIT_LOG is "otlp", but nothing is exported: set OTEL_DENO=true']);
  }
  const stdout = new LineWriter(Deno.stdout.writable);
  const flushLogs = await configureLogs({
    level: config.logLevel,
    format: config.logFormat,
    exportsConsole: exportsConsole(env),
    stdout,
  });
  refineRuntimeSpans();
  const observe = logObservations(getLogger(LOG_CATEGORY));
  for (const message of settingWarnings(env)) {
    observe({ kind: "warning", message, cause: undefined });
  }
  // An unhandled rejection affects one request at most; ending the process would fail every
  // request.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    const cause = describeCause(event.reason);
    getLogger(LOG_CATEGORY).error("Unhandled rejection: {cause}", { cause });
  });
  const service = await start(config, {
    stdout,
    reread: () => readConfig(env),
    settings: effectiveSettings(env),
  });
  return { service, flushLogs };
}

async function main(): Promise<void> {
  const { service, flushLogs } = await boot(Deno.env.toObject());
  // Without a listener, the signal ends the process.
  Deno.addSignalListener("SIGHUP", () => {
    service.reopenAudit();
    service.readControl();
  });
  stopOnSignal(() => service.close().finally(flushLogs));
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
