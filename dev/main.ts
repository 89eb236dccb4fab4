/**
 * `deno task dev [--fresh]`: the service with everything it needs on this machine: a Cassandra and an OIDC
 * provider, unless the environment names others. These stay up while the service is started again for
 * new code. What it starts, it stops. With `--fresh` it begins with an empty keyspace.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { readConfig } from "../config/config.ts";
import { onStopRequest } from "../server/stop_requests.ts";
import { assertRuntime } from "../server/deno_release.ts";
import { type LocalCassandra, startCassandra } from "./cassandra/cassandra.ts";
import { heedHelp } from "../tasks/usage.ts";
import { DEV_DIRECTORY } from "./directory.ts";
import { CASSANDRA_PORT, devSetup } from "./environment.ts";
import { LiveProject } from "./live_project.ts";
import { dropKeyspace } from "./local_keyspace.ts";
import { startOidcProvider } from "./oidc/provider.ts";
import { DEV_ISSUER } from "./oidc/token_request.ts";
import { assertPortFree } from "./ports.ts";
import { ProjectWatch } from "./watch_project.ts";

const OIDC_PORT = Number(new URL(DEV_ISSUER).port);

/** Runs everything until `stop` is aborted, then stops it in the reverse order. */
async function dev(
  given: Readonly<Record<string, string | undefined>>,
  { fresh, stop }: { readonly fresh: boolean; readonly stop: AbortSignal },
): Promise<void> {
  const log = (line: string) => console.log(line);

  assertRuntime();
  await Deno.mkdir(DEV_DIRECTORY, { recursive: true });
  const { env, ownCassandra, ownProvider } = await devSetup(given);
  const config = readConfig(env);
  await assertPortsFree(config, ownProvider);

  await using resources = new AsyncDisposableStack();
  let running = stopped(stop);
  if (ownCassandra) {
    const directory = `${DEV_DIRECTORY}/cassandra`;
    const node = await startCassandra({
      directory,
      nativePort: CASSANDRA_PORT,
      hasFewThreads: true,
      log,
      signal: stop,
    });
    resources.defer(() => node.stop());
    running = keepRunning(node, { log, stop });
    // It is awaited further down; a failure until then is not an unhandled one.
    running.catch(() => {});
  }
  if (ownProvider) {
    const keysFile = `${DEV_DIRECTORY}/oidc-keys.json`;
    const provider = await startOidcProvider({ port: OIDC_PORT, keysFile });
    resources.defer(() => provider.close());
  }
  if (fresh) await dropKeyspace(config, log);
  const args = ownProvider ? ["--own-provider"] : [];
  const project = new LiveProject({ config, env, args, firstArgs: ["--first"], log });
  resources.defer(() => project.stop());
  const opening = project.open();
  resources.use(
    new ProjectWatch(config.cqlDir, async (changes, superseded) => {
      await opening;
      await project.apply(changes, superseded);
    }),
  );
  await opening;
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

/** Finds a port that is taken before anything is started that would then have to be stopped. */
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
 * Starts the node again whenever it ends by itself. Resolves once `stop` is aborted.
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
    log(`Cassandra exited with code ${code}; its log is "${node.logFile}". Restarting it.`);
    await node.start(stop);
  }
}

if (import.meta.main) {
  heedHelp("dev");
  const stop = new AbortController();
  onStopRequest(["SIGINT", "SIGTERM", "SIGHUP"], (_signal, isAgain) => {
    // An exit without a stop still ends Cassandra, which does not outlive this process.
    if (isAgain) Deno.exit(130);
    stop.abort();
  });
  try {
    const { values: { fresh } } = parseArgs({
      args: Deno.args,
      options: { fresh: { type: "boolean", default: false } },
    });
    await dev(Deno.env.toObject(), { fresh, stop: stop.signal });
    Deno.exit(0);
  } catch (error) {
    if (stop.signal.aborted) Deno.exit(0);
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
