/**
 * The service as `deno task dev` runs it. It reloads when a line on its standard input says so, and
 * stops when the input is closed, so that it does not outlive the process that started it.
 *
 * @module
 */
import type { Service } from "../composition/service.ts";
import { boot } from "../main.ts";
import { readConfig } from "../config/config.ts";
import { loadProject, ProjectError } from "../server/activation/project.ts";
import { tellScopes } from "./demo_users.ts";
import { describeService } from "./describe_service.ts";
import { scopesOf } from "./oidc/project_scopes.ts";
import { DEV_ISSUER } from "./oidc/token_request.ts";
import { type Environment, RELOAD } from "./service_process.ts";

/** Whether to print where everything is; a restart need not repeat that. */
const FIRST = "--first";
const OWN_PROVIDER = "--own-provider";

async function reload(service: Service, isServing: boolean): Promise<void> {
  try {
    await service.reload();
    console.log("Serving the changed files");
  } catch (error) {
    // While nothing is served and the cause is in the cluster, the log already has the reason.
    const isLogged = !isServing && !(error instanceof ProjectError);
    if (!isLogged) console.error(error instanceof Error ? error.message : error);
    const state = isServing ? "The previous routes still serve" : "Nothing is served";
    console.error(`${state}. Fix it and save again.`);
  }
}

/** Gives the demo users the scopes of the project, as its files are now. Resolves to what to print of it. */
async function updateUsers(env: Environment): Promise<string | null> {
  try {
    const { cqlDir, keyspace } = readConfig(env);
    return await tellScopes(DEV_ISSUER, scopesOf(await loadProject(cqlDir, { keyspace })));
  } catch (error) {
    // Mistakes in the files were reported when they were to be served.
    if (!(error instanceof ProjectError)) throw error;
    return null;
  }
}

async function serve(args: readonly string[]): Promise<void> {
  // A signal often reaches every process of a terminal or a unit. This one waits for its input to be closed.
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {});
  }
  const env = Deno.env.toObject();
  const { service, flushLogs } = await boot(env);
  const ownProvider = args.includes(OWN_PROVIDER);
  let isServing = false;
  service.ready.then(async () => {
    isServing = true;
    const changedUsers = ownProvider ? await updateUsers(env) : null;
    if (args.includes(FIRST)) {
      console.log(await describeService(service, { ownProvider }));
    } else {
      console.log("Serving the changed files");
      if (changedUsers !== null) console.log(changedUsers);
    }
  });
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    if (!text.includes(RELOAD)) continue;
    await reload(service, isServing);
    const changedUsers = ownProvider ? await updateUsers(env) : null;
    if (changedUsers !== null) console.log(changedUsers);
  }
  await service.close();
  await flushLogs();
  await service.settle();
}

if (import.meta.main) {
  try {
    await serve(Deno.args);
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
