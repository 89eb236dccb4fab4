/**
 * @module
 * The service as a process of its own beside `deno task dev`, with the permissions that it has in
 * production. It takes orders on its standard input, and ends with it.
 */

import { fileURLToPath } from "node:url";
import deno from "../deno.json" with { type: "json" };

export type Environment = Readonly<Record<string, string>>;

/** What the process is told, a word a line. */
export const RELOAD = "reload";

// A response that is still being read must not hold up a restart.
const STOP_MS = 3_000;

export interface ServiceProcess {
  readonly exited: Promise<Deno.CommandStatus>;
  /** Has it read its queries and migrations again; it says itself what became of that. */
  reload(): Promise<void>;
  /** Resolves when it has ended, by itself or by force. */
  stop(): Promise<void>;
}

/** @param args those of `dev/serve.ts` */
export function startServiceProcess(env: Environment, args: readonly string[]): ServiceProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...argsOf("start", "main.ts"),
      fileURLToPath(new URL("serve.ts", import.meta.url)),
      ...args,
    ],
    env,
    stdin: "piped",
  }).spawn();
  const orders = child.stdin.getWriter();
  // It may end before it reads what it is told.
  orders.closed.catch(() => {});
  return {
    exited: child.status,
    reload: () => orders.write(new TextEncoder().encode(`${RELOAD}\n`)).catch(() => {}),
    async stop() {
      const timer = setTimeout(() => kill(child), STOP_MS);
      await orders.close().catch(() => {});
      await child.status;
      clearTimeout(timer);
    },
  };
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

/**
 * Checks the project of an environment as `deno task check` does, but for the types of its code: an
 * editor shows these, and they would take longer than all the rest.
 *
 * @returns what it reports; null where there is no mistake
 */
export async function runCheck(env: Environment, signal: AbortSignal): Promise<string | null> {
  const [script] = deno.tasks.check.command.split(" ").slice(-1);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...argsOf("check", script!),
      fileURLToPath(new URL(`../${script}`, import.meta.url)),
      "--no-types",
    ],
    env,
    signal,
  }).output();
  return success ? null : new TextDecoder().decode(stderr).trimEnd();
}

/** What a task gives to deno, without the script. */
function argsOf(task: keyof typeof deno.tasks, script: string): string[] {
  return deno.tasks[task].command.split(" ").slice(1).filter((word) => word !== script);
}
