/**
 * @module
 * `deno task dev`: the service with everything it needs, on this machine: a Cassandra and an OIDC
 * provider of its own, unless the environment names others. Whatever it starts, it stops.
 */

import { readConfig } from "../config/config.ts";
import { settingWarnings } from "../config/unknown_settings.ts";
import { start } from "../main.ts";
import { exportsConsole } from "../observe/console_export.ts";
import { configureLogs } from "../observe/log.ts";
import { refineRuntimeSpans } from "../observe/runtime_spans.ts";
import { assertRuntime } from "../server/runtime.ts";
import { migrate } from "../tasks/migrate.ts";
import { type LocalCassandra, startCassandra } from "./cassandra/cassandra.ts";
import { describeService } from "./describe_service.ts";
import { DEV_DIRECTORY } from "./directory.ts";
import { DEV_AUDIENCE, startOidcProvider } from "./oidc/provider.ts";
import { DEV_ISSUER } from "./oidc/token.ts";
import { assertPortFree } from "./ports.ts";
import { watchQueries } from "./watch_queries.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const CASSANDRA_PORT = 9042;
const OIDC_PORT = Number(new URL(DEV_ISSUER).port);

/** Runs everything until `stop` is aborted, then stops it in the reverse order. */
async function dev(env: Environment, stop: AbortSignal): Promise<void> {
  const ownCassandra = !env.CASSANDRA_CONTACT_POINTS && !env.CASSANDRA_SECURE_BUNDLE;
  const ownProvider = !env.OIDC_ISSUER;
  const log = (line: string) => console.log(line);

  assertRuntime();
  await Deno.mkdir(DEV_DIRECTORY, { recursive: true });
  const config = readConfig(await withDefaults(env, { ownCassandra, ownProvider }));
  for (const warning of settingWarnings(env)) log(`Warning: ${warning}`);
  await assertPortsFree(config, ownProvider);

  await using resources = new AsyncDisposableStack();
  let running = stopped(stop);
  if (ownCassandra) {
    const directory = `${DEV_DIRECTORY}/cassandra`;
    const node = await startCassandra({ directory, nativePort: CASSANDRA_PORT, log, signal: stop });
    resources.defer(() => node.stop());
    running = keepRunning(node, { log, stop });
    // Awaited further down: until then, its failure is not an unhandled one.
    running.catch(() => {});
  }
  if (ownProvider) {
    const keysFile = `${DEV_DIRECTORY}/oidc-keys.json`;
    const provider = await startOidcProvider({ port: OIDC_PORT, keysFile });
    resources.defer(() => provider.close());
  }
  await migrate(config, { log, warn: log });
  const flushLogs = await configureLogs({
    level: config.logLevel,
    format: config.logFormat,
    exportsConsole: exportsConsole(env),
  });
  refineRuntimeSpans();
  resources.defer(flushLogs);
  const service = await start(config);
  resources.defer(() => service.close());

  resources.use(watchQueries(config.cqlDir, async () => {
    await migrate(config, { log, warn: log });
    await service.reload();
    log("Serving what the files say now");
  }));

  await Promise.race([service.ready, running]);
  if (!stop.aborted) log(await describeService(service, { ownProvider }));
  await running;
  log("Stopping …");
}

/** Resolves once `stop` is aborted. */
function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve());
  });
}

/** The environment, with what makes sense on one's own machine where it says nothing. */
async function withDefaults(
  env: Environment,
  { ownCassandra, ownProvider }: { ownCassandra: boolean; ownProvider: boolean },
): Promise<Environment> {
  const defaults = {
    HOST: "127.0.0.1",
    PORT: "8000",
    ADMIN_PORT: "8001",
    CASSANDRA_LOCAL_DATACENTER: "dc1",
    CASSANDRA_REPLICATION: "dc1:1",
    DRAIN_DELAY_MS: "0",
    LOG_FORMAT: Deno.stdout.isTerminal() ? "pretty" : "json",
    ...(ownCassandra ? { CASSANDRA_CONTACT_POINTS: `127.0.0.1:${CASSANDRA_PORT}` } : {}),
    ...(ownProvider ? { OIDC_ISSUER: DEV_ISSUER, OIDC_AUDIENCE: DEV_AUDIENCE } : {}),
    ...(env.CURSOR_KEY_FILE ? {} : { CURSOR_KEY: await cursorKey() }),
  };
  // A name that is set to nothing counts as not set.
  const given = Object.entries(env).filter(([, value]) => value !== "");
  return { ...defaults, ...Object.fromEntries(given) };
}

/** A random key, kept so that cursors outlive a restart. */
async function cursorKey(): Promise<string> {
  const file = `${DEV_DIRECTORY}/cursor-key`;
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = crypto.getRandomValues(new Uint8Array(32)).toBase64();
  await Deno.writeTextFile(file, key, { mode: 0o600 });
  return key;
}

/** Finds a port that is taken before anything is started that would have to be stopped again. */
async function assertPortsFree(
  config: { host: string; port: number; adminPort: number },
  ownProvider: boolean,
): Promise<void> {
  const advice = (settings: string) =>
    `Is another \`deno task dev\` running? Stop it, or set ${settings}.`;
  const { host: hostname, port, adminPort } = config;
  await assertPortFree({ hostname, port }, advice("PORT to another port"));
  await assertPortFree({ hostname, port: adminPort }, advice("ADMIN_PORT to another port"));
  if (ownProvider) {
    await assertPortFree(
      { hostname: "localhost", port: OIDC_PORT },
      advice("OIDC_ISSUER and OIDC_AUDIENCE to use a provider that runs already"),
    );
  }
}

/**
 * Starts the node again whenever it ends without having been told to. Resolves once `stop` is
 * aborted.
 *
 * @throws {Error} if the node does not start again
 */
async function keepRunning(
  node: LocalCassandra,
  { log, stop }: { log(line: string): void; stop: AbortSignal },
): Promise<void> {
  while (true) {
    await Promise.race([node.exited, stopped(stop)]);
    if (stop.aborted) return;
    const { code } = await node.exited;
    log(`Cassandra has ended with code ${code}; its log is "${node.logFile}". Starting it again.`);
    await node.start(stop);
  }
}

if (import.meta.main) {
  const stop = new AbortController();
  let stoppedAt = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      if (!stop.signal.aborted) {
        stoppedAt = Date.now();
        stop.abort();
      } else if (Date.now() - stoppedAt > 500) {
        // Sooner, it is the same Ctrl-C again, from the terminal and from `deno task` both. An exit
        // without a stop still ends Cassandra, which does not outlive this process.
        Deno.exit(130);
      }
    });
  }
  try {
    await dev(Deno.env.toObject(), stop.signal);
    Deno.exit(0);
  } catch (error) {
    if (stop.signal.aborted) Deno.exit(0);
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
