/**
 * A contender as a process of its own, whose log goes to a file: how soon it is ready, and what it uses. It ends with
 * the benchmark, however that ends.
 *
 * @module
 */
import { spawnWithUs } from "../../dev/spawn_with_us.ts";
import { treeUsage, type Usage } from "./process_tree.ts";

export interface ServerCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile: string;
}

export interface MemorySample {
  readonly seconds: number;
  readonly bytes: number;
}

export interface ServerProcess {
  readonly url: string;
  /** From the start of the process until it answers that it is ready. */
  readonly readyMs: number;
  usage(): Promise<Usage>;
  /** Its memory since it is ready, a few times a second. */
  readonly memory: readonly MemorySample[];
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 10;
const SAMPLE_INTERVAL_MS = 500;
const STOP_TIMEOUT_MS = 10_000;

/** Starts a contender and resolves when it is ready. */
export async function startServer(
  { command, env, cwd, logFile }: ServerCommand,
): Promise<ServerProcess> {
  const startedAt = performance.now();
  const child = spawnWithUs(command, { logFile, env, cwd });
  let hasEnded = false;
  child.exited.then(() => hasEnded = true);
  const url = `http://${env.HOST}:${env.PORT}`;

  async function stop(): Promise<void> {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    child.kill("SIGTERM");
    await child.exited;
    clearTimeout(timer);
  }

  while (!await isReady(url)) {
    const isLate = performance.now() - startedAt > READY_TIMEOUT_MS;
    if (hasEnded || isLate) {
      await stop();
      const log = (await Deno.readTextFile(logFile)).trimEnd().split("\n").slice(-20).join("\n");
      const state = isLate ? `it is not ready after ${READY_TIMEOUT_MS} ms` : "it has ended";
      throw new Error(`Cannot start the server: ${state}\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
  }
  const readyAt = performance.now();
  const memory: MemorySample[] = [];
  const sample = async () => {
    const { memoryBytes: bytes } = await treeUsage(child.pid);
    memory.push({ seconds: (performance.now() - readyAt) / 1_000, bytes });
  };
  await sample();
  const sampling = setInterval(sample, SAMPLE_INTERVAL_MS);
  return {
    url,
    readyMs: readyAt - startedAt,
    memory,
    usage: () => treeUsage(child.pid),
    stop() {
      clearInterval(sampling);
      return stop();
    },
  };
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
