/**
 * The service: puts the layers together. `main.ts` is its process; the tests that need the whole service
 * call `start()` too.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { EffectiveSetting } from "../config/effective_settings.ts";
import type { RereadSettings } from "../config/replaceable.ts";
import { trustedIssuers } from "../config/trusted_issuer.ts";
import type { LineWriter } from "../observe/log/line_writer.ts";
import type { LogRequest } from "../observe/log/log.ts";
import { watchEventLoop } from "../observe/metrics/event_loop.ts";
import type { Observe } from "../observe/observation.ts";
import { createAdmin } from "../routes/admin.ts";
import { openControlFile } from "../routes/control/control_file.ts";
import { makesBaselinesObsolete } from "../routes/load/gradient_limit.ts";
import { Reloader } from "../server/reloader.ts";
import { shutDown } from "../server/shutdown.ts";
import { createApiParts } from "./api_parts.ts";
import { createDatabase } from "./database.ts";
import { createInstruments } from "./instruments.ts";
import { openListeners } from "./listeners.ts";
import { openAudit } from "./open_audit.ts";
import { createServedRoutes } from "./served_routes.ts";
import { watchFiles } from "./watch_files.ts";

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
  /**
   * Takes over queries and migrations whose files have changed, as far as `CQL_RELOAD` lets it. Never
   * rejects: what goes wrong is observed, and those from before are served.
   */
  reloadQueries(): Promise<void>;
  /** Begins a new file for the audit log, if the old one was renamed. */
  reopenAudit(): void;
  /** Reads the control file again, as it does every second. */
  readControl(): Promise<void>;
  /** Drains and stops, as on SIGTERM. Resolves when nothing is left. */
  close(): Promise<void>;
  /** Resolves when the process may end, which it has to do at once then. Wait for it last. */
  settle(): Promise<void>;
}

export interface StartOptions {
  /** Hears of everything, as the log and the metrics do. */
  readonly observe?: Observe;
  /** Where lines for stdout go. Default: stdout, which nobody else may be writing to then. */
  readonly stdout?: LineWriter;
  /** Writes the line of each request. Default: the logger does. */
  readonly logRequest?: LogRequest | null;
  /** What writes and generated values take as the time of day, in ms since 1970. Default: the machine's. */
  readonly now?: () => number;
  /** Reads settings again. Default: they never change. */
  readonly reread?: RereadSettings;
  /** What the admin port says of the settings. Default: nothing. */
  readonly settings?: readonly EffectiveSetting[];
}

/**
 * Starts the service. It listens at once and becomes ready when Cassandra is there.
 *
 * @throws {ProjectError | ConfigError} if what it was given cannot be served
 * @throws {Deno.errors.AddrInUse} if a port is taken
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Service> {
  const { metrics, status, observe, addObserver } = createInstruments(options);
  if (options.observe !== undefined) addObserver(options.observe);
  const { now = Date.now, settings = [], reread = () => config } = options;
  /** Ends what has begun, if the rest cannot. */
  await using begun = new AsyncDisposableStack();
  const audit = await openAudit(config, { observe, stdout: options.stdout });
  begun.defer(() => audit?.close());
  const database = createDatabase(config, { observe, now });
  const { session, availability, cachedReads, hotSpots } = database;
  const issuers = trustedIssuers(config);
  const { controlFile } = config;
  const control = controlFile === null ? null : await openControlFile(controlFile, { observe });
  begun.defer(() => control?.close());
  const parts = createApiParts(config, { observe, issuers, audit, control, hotSpots, now });
  const routes = createServedRoutes(config, {
    parts,
    database,
    issuers,
    isAudited: audit !== null,
    observe,
  });
  const { activation } = routes;
  observe({
    kind: "issuers",
    issuers: issuers.filter(({ introspection }) => introspection === null)
      .map(({ issuer }) => issuer),
  });
  const noteFailback = () => session.allowReturn(control?.state.failback ?? false);
  noteFailback();
  addObserver((observation) => {
    if (observation.kind === "control") noteFailback();
    if (observation.kind === "availability") routes.noteUnreachable(observation.unreachable);
    if (makesBaselinesObsolete(observation)) parts.load.limit?.forget();
  });
  const { cqlDir, cqlReload, reloadIntervalMs } = config;
  const intervalMs = cqlReload === "watch" ? reloadIntervalMs : null;
  const reloader = new Reloader({ activation, cqlDir, intervalMs, observe });
  await reloader.load();
  const project = await Deno.realPath(cqlDir);

  const { api, admin, tls, url, adminUrl } = await openListeners(config, {
    parts,
    serveApi: routes.fetch,
    serveAdmin: createAdmin({
      metrics,
      status,
      hotSpots,
      secure: parts.secure,
      allowedHosts: [config.adminHost ?? config.host, ...config.adminAllowedHosts],
      settings,
    }).fetch,
    observe,
  });
  // Nothing fails from here on, and `close()` ends it all.
  begun.move();
  observe({ kind: "listening", url, adminUrl, project });
  metrics.readFrom({
    pools: () => session.readPools(),
    tokenCache: () => parts.authenticator?.cacheReading() ?? null,
    load: () => parts.load.read(),
    attempts: () => session.readAttempts(),
    heaviest: () => hotSpots.heaviest(),
    cache: () => cachedReads.readCache(),
    auditQueue: () => audit?.waiting ?? 0,
  });
  session.open();
  parts.authenticator?.warmUp();
  reloader.watch();
  const unwatchEventLoop = watchEventLoop(observe);
  const unwatchFiles = watchFiles(config, { reread, session, tls, observe });

  function stopFollowing(): void {
    activation.stop();
    availability.close();
    unwatchFiles();
  }
  async function close(): Promise<void> {
    routes.noteClosing();
    // What is being deployed may change files that the next process is to read.
    reloader.stop();
    await shutDown({ stopFollowing, api, admin, session, audit, observe }, config);
    parts.authenticator?.close();
    unwatchEventLoop();
    control?.close();
  }
  let closed: Promise<void> | null = null;
  return {
    url,
    adminUrl,
    ready: activation.ready,
    reload: () => activation.reload(),
    reloadQueries: async () => {
      if (cqlReload !== "off") await reloader.reload();
    },
    reopenAudit: () => audit?.reopen(),
    readControl: async () => await control?.refresh(),
    close: () => closed ??= close(),
    settle: () => metrics.settle(),
  };
}
