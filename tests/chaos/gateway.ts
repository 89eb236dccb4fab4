/**
 * Gateways as processes of their own, with the permissions that they have in production.
 *
 * @module
 */
import { freePort } from "../../dev/ports.ts";
import { spawnWithUs } from "../../dev/spawn_with_us.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { pause } from "./pause.ts";

export interface Gateway extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves if it ends without being asked to. */
  readonly ended: Promise<GatewayEnded>;
  /**
   * How long its main thread has waited for a processor, in milliseconds: a machine that is short of
   * them makes everything late, and that is not the gateway's fault. 0 where the kernel does not say.
   */
  starvedMs(): number;
}

export interface GatewaysOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Holds their logs. */
  readonly directory: string;
  /** Gives up the start, leaving nothing. */
  readonly signal: AbortSignal;
}

interface GatewayOptions extends Omit<GatewaysOptions, "directory"> {
  readonly name: string;
  readonly port: number;
  readonly adminPort: number;
  readonly logFile: string;
}

/** A gateway has ended without being asked to, which no fault of a node excuses. */
export class GatewayEnded extends Error {}

const INTERVAL_MS = 20;
/** A gateway that does not say by then whether it is ready is not. */
const PATIENCE_MS = 5_000;

/**
 * Starts two gateways and resolves once their routes are served, however long that takes.
 *
 * @throws {GatewayEnded} with the end of its log, if one ends before
 */
export async function startGateways(
  { directory, ...options }: GatewaysOptions,
): Promise<{ readonly gateways: readonly Gateway[] } & AsyncDisposable> {
  const starting = ["first", "second"].map((name) =>
    startGateway({
      ...options,
      name,
      logFile: `${directory}/${name}.log`,
      port: freePort(),
      adminPort: freePort(),
    })
  );
  const stack = new AsyncDisposableStack();
  for (const started of await Promise.allSettled(starting)) {
    if (started.status === "fulfilled") stack.use(started.value);
  }
  try {
    const gateways = await Promise.all(starting);
    return { gateways, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { name, port, adminPort, logFile, signal } = options;
  const env = { ...options.env, PORT: `${port}`, ADMIN_PORT: `${adminPort}` };
  const child = spawnWithUs([Deno.execPath(), ...taskArguments("start", env)], { logFile, env });
  const { promise: ended, resolve: noteEnd } = Promise.withResolvers<GatewayEnded>();
  let isWanted = true;
  child.exited.then(async ({ code }) => {
    if (isWanted) noteEnd(await describeEnd({ name, code, logFile }));
  });
  const gateway: Gateway = {
    name,
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    pid: child.pid,
    logFile,
    ended,
    starvedMs: () => starvedMs(child.pid),
    async [Symbol.asyncDispose]() {
      isWanted = false;
      child.kill("SIGKILL");
      await child.exited;
    },
  };
  let failure: GatewayEnded | undefined;
  ended.then((error) => failure = error);
  try {
    while (!await isReady(gateway)) {
      if (failure !== undefined) throw failure;
      await pause(INTERVAL_MS, signal);
    }
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
}

async function describeEnd(
  { name, code, logFile }: Pick<GatewayOptions, "name" | "logFile"> & { readonly code: number },
): Promise<GatewayEnded> {
  const lines = (await Deno.readTextFile(logFile)).trim().split("\n").slice(-5).join("\n");
  return new GatewayEnded(`Gateway ${name} ended with code ${code}:\n${lines}`);
}

/** Whether its routes are served. Not while it does not answer. */
export async function isReady({ url }: Gateway): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/**
 * How long the main thread of a process has waited for a processor, in milliseconds; 0 where the kernel
 * does not say.
 *
 * Source: the Linux kernel's Documentation/scheduler/sched-stats.rst, `/proc/<pid>/schedstat`.
 */
export function starvedMs(pid: number): number {
  try {
    const [, waited] = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ");
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}
