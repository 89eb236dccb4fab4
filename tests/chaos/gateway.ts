/**
 * A gateway as a process of its own, with the permissions that it has in production.
 *
 * @module
 */
import { taskArguments } from "../../dev/task_arguments.ts";
import { untilReady } from "../support/eventually.ts";

export interface Gateway extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  /**
   * How long its main thread has waited for a processor, in milliseconds: a machine that is short of
   * them makes everything late, and that is not the gateway's fault. 0 where the kernel does not say.
   */
  starvedMs(): number;
}

export interface GatewayOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly adminPort: number;
  readonly logFile: string;
}

/** Starts it and resolves once its routes are served. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { name, port, adminPort, logFile } = options;
  const env = { ...options.env, PORT: `${port}`, ADMIN_PORT: `${adminPort}` };
  const log = await Deno.open(logFile, { create: true, write: true, truncate: true });
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("start", env),
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const logging = child.stdout.pipeTo(log.writable);
  const url = `http://127.0.0.1:${port}`;
  const gateway: Gateway = {
    name,
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    pid: child.pid,
    starvedMs: () => starvedMs(child.pid),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await logging;
    },
  };
  try {
    await untilReady(url);
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
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
