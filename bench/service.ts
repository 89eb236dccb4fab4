/**
 * The service in its own process, with the permissions of the task `start`, so that its memory and processor
 * time can be measured apart.
 *
 * @module
 */
import deno from "../deno.json" with { type: "json" };

export interface MeasuredService {
  readonly url: string;
  /** The most memory that the process has held so far, in words. */
  peakMemory(): Promise<string>;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/** Starts the service and resolves when it is ready. */
export async function spawnService(
  env: Readonly<Record<string, string>>,
): Promise<MeasuredService> {
  const [, ...args] = deno.tasks.start.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), { args, env, stdout: "inherit" }).spawn();
  const url = `http://${env.HOST}:${env.PORT}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
  };
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!await isReady(url)) {
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`Cannot measure the service: it is not ready after ${READY_TIMEOUT_MS} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, stop, peakMemory: () => peakMemoryOf(child.pid) };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Linux alone tells. */
async function peakMemoryOf(pid: number): Promise<string> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const kilobytes = Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]);
    return `${Math.round(kilobytes / 1024)} MiB`;
  } catch {
    return "unknown";
  }
}
