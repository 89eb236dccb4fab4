/**
 * The composition root: puts the layers together, and owns the life of a process from boot to SIGTERM.
 * The only file that knows every layer; the end-to-end tests call the same `start()`.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { loadCatalog } from "./catalog/load.ts";
import type { Query } from "./catalog/query.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { activate } from "./db/activate.ts";
import { backoff } from "./db/backoff.ts";
import { createCursorBox } from "./db/cursor.ts";
import { createCursors } from "./db/cursors.ts";
import { createExecutor } from "./db/execute.ts";
import { readMigrations } from "./db/migrations.ts";
import type { PreparedQuery } from "./db/prepare.ts";
import { Session } from "./db/session.ts";
import { configureLogs, LOG_CATEGORY, logObservations } from "./observe/log.ts";
import { createMetrics } from "./observe/metrics.ts";
import type { Observe } from "./observe/observation.ts";
import { createAdmin } from "./routes/admin.ts";
import { createApp } from "./routes/app.ts";
import { customRoutes } from "./routes/custom/mod.ts";
import type { CustomRoute } from "./routes/define_route.ts";
import { createTokenVerifier } from "./routes/verify_token.ts";

/** A running service. */
export interface Service {
  /** Of the API, without a slash at the end. */
  readonly url: string;
  readonly adminUrl: string;
  /** Resolves when the routes are served for the first time. Never rejects. */
  readonly ready: Promise<void>;
  /** Drains and stops, as on SIGTERM. Resolves when nothing is left. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** Hears of everything, beside the log and the metrics. */
  readonly observe?: Observe;
  readonly customRoutes?: readonly CustomRoute[];
}

const ACTIVATION_BACKOFF = { baseMs: 500, capMs: 10_000 };

/**
 * Starts the service. It listens at once and becomes ready when Cassandra is there.
 *
 * @throws {CatalogError | MigrationError | ConfigError} where what it was given cannot be served
 * @throws {Deno.errors.AddrInUse} where a port is taken
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Service> {
  const routes = options.customRoutes ?? customRoutes;
  const queries = await loadCatalog(config.cqlDir);
  const migrations = await readMigrations(config.cqlDir);
  assertIssuer(config, queries, routes);

  const metrics = createMetrics();
  const observers = [metrics.observe, logObservations(getLogger(LOG_CATEGORY))];
  if (options.observe !== undefined) observers.push(options.observe);
  const observe: Observe = (observation) => {
    for (const observer of observers) observer(observation);
  };

  const session = new Session({ ...config, observe });
  const executor = createExecutor({ session, observe });
  const cursors = createCursors(session, createCursorBox(config.cursorKeys));
  const verifier = config.oidcIssuer === null || config.oidcAudience === null
    ? null
    : createTokenVerifier({ issuer: config.oidcIssuer, audience: config.oidcAudience });
  const gate = { inFlight: 0, max: config.maxInFlight };
  const closing = new AbortController();
  const firstReady = Promise.withResolvers<void>();

  let obstacle: string | null = "Cassandra cannot be reached yet";
  function setObstacle(reason: string | null): void {
    if (reason === obstacle) return;
    obstacle = reason;
    observe({ kind: "readiness", ready: reason === null, reason });
  }

  function appFor(prepared: readonly PreparedQuery[] | null) {
    return createApp({
      prepared,
      customRoutes: routes,
      executor,
      cursors,
      verifier,
      issuer: config.oidcIssuer,
      gate,
      maxBodyBytes: config.maxBodyBytes,
      observe,
      unreadiness: () => closing.signal.aborted ? "it is shutting down" : obstacle,
    });
  }
  let app = appFor(null);

  /** Tries until it succeeds, Cassandra goes away, or the service closes. */
  async function becomeReady(): Promise<void> {
    for (const delayMs of backoff(ACTIVATION_BACKOFF)) {
      if (closing.signal.aborted || session.state !== "up") return;
      const startedAt = performance.now();
      try {
        const prepared = await activate(session, { queries, migrations, ...config });
        app = appFor(prepared);
        observe({
          kind: "routes",
          count: prepared.length,
          durationMs: performance.now() - startedAt,
        });
        setObstacle(null);
        return firstReady.resolve();
      } catch (error) {
        if (closing.signal.aborted || session.state !== "up") return;
        setObstacle(error instanceof Error ? error.message : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs + ACTIVATION_BACKOFF.baseMs));
    }
  }
  session.onStateChange((state) => {
    if (state === "up") becomeReady();
    else if (state === "down") setObstacle("Cassandra cannot be reached");
  });

  const api = listen(config, config.port, (request, info) => app.fetch(request, info));
  const admin = listen(config, config.adminPort, createAdmin(metrics).fetch);
  const url = `http://${shownHost(config.host)}:${api.addr.port}`;
  const adminUrl = `http://${shownHost(config.host)}:${admin.addr.port}`;
  observe({ kind: "listening", url, adminUrl });
  session.open();
  verifier?.warmUp();

  async function close(): Promise<void> {
    closing.abort();
    observe({ kind: "shutdown", step: "draining" });
    await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs));
    observe({ kind: "shutdown", step: "finishing requests" });
    await finishWithin(api, config.shutdownGraceMs);
    observe({ kind: "shutdown", step: "closing the session" });
    await session.close();
    await finishWithin(admin, 1_000);
    observe({ kind: "shutdown", step: "done" });
  }
  let closed: Promise<void> | null = null;
  return { url, adminUrl, ready: firstReady.promise, close: () => closed ??= close() };
}

/** A route that needs a token cannot be served where nobody can issue one. */
function assertIssuer(
  config: Config,
  queries: readonly Query[],
  routes: readonly CustomRoute[],
): void {
  if (config.oidcIssuer !== null) return;
  const guarded = [...queries, ...routes].filter(({ access }) => access.kind === "scopes");
  if (guarded.length > 0) {
    throw new ConfigError([
      `OIDC_ISSUER is not set, but ${guarded.length} routes need a token: name the issuer, or mark every route "@public"`,
    ]);
  }
}

type Listener = Deno.HttpServer<Deno.NetAddr> & { readonly abort: AbortController };

function listen(
  { host: hostname }: Config,
  port: number,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Listener {
  const abort = new AbortController();
  const { signal } = abort;
  try {
    const server = Deno.serve({
      hostname,
      port,
      signal,
      automaticCompression: true,
      onListen: () => {},
    }, handler);
    return Object.assign(server, { abort });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Deno.errors.AddrInUse(
      `Cannot listen on ${hostname}:${port}: the port is taken: stop what uses it, or set PORT or ADMIN_PORT`,
    );
  }
}

/** Stops accepting and waits for what is in flight; breaks off what takes longer than the grace. */
async function finishWithin(listener: Listener, graceMs: number): Promise<void> {
  const timer = setTimeout(() => listener.abort.abort(), graceMs);
  await listener.shutdown();
  clearTimeout(timer);
}

function shownHost(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "localhost" : host;
}

async function main(): Promise<void> {
  const config = readConfig(Deno.env.toObject());
  const flushLogs = await configureLogs({ level: config.logLevel, format: config.logFormat });
  const service = await start(config);
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, async () => {
      if (stopping) Deno.exit(130);
      stopping = true;
      await service.close();
      await flushLogs();
      Deno.exit(0);
    });
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
