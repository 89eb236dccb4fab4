/**
 * The service as a separate process of `deno task dev`, with the permissions that it has in production. It
 * takes orders on its standard input, and stops when that is closed.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import deno from "../deno.json" with { type: "json" };
import { taskArguments } from "./task_arguments.ts";

export type Environment = Readonly<Record<string, string>>;

/** The order that the process takes, on a line of its own. */
export const RELOAD = "reload";

// A response that is still being read must not hold up a restart.
const STOP_MS = 3_000;

export interface ServiceProcess {
  readonly exited: Promise<Deno.CommandStatus>;
  /** Makes it read its queries and migrations again. It prints the outcome itself. */
  reload(): Promise<void>;
  /** Closes it, or kills it if that takes too long, and says so. Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ServiceProcessOptions {
  /** Passed to `dev/serve.ts`. */
  readonly args: readonly string[];
  log(line: string): void;
}

export function startServiceProcess(
  env: Environment,
  { args, log }: ServiceProcessOptions,
): ServiceProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArguments("start", env).filter((word) => word !== "main.ts"),
      fileURLToPath(new URL("serve.ts", import.meta.url)),
      ...args,
    ],
    env,
    stdin: "piped",
  }).spawn();
  const orders = child.stdin.getWriter();
  // The process may end before it reads an order.
  orders.closed.catch(() => {});
  return {
    exited: child.status,
    reload: () => orders.write(new TextEncoder().encode(`${RELOAD}\n`)).catch(() => {}),
    async stop() {
      const timer = setTimeout(() => {
        log(`A request still ran after ${STOP_MS / 1_000} s: the service was ended without it`);
        kill(child);
      }, STOP_MS);
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
 * Checks a project as `deno task check` does, without the types of its code: an editor shows those, and
 * they would take longer than everything else.
 *
 * @returns the report; null if there is no mistake
 */
export async function runCheck(env: Environment, signal: AbortSignal): Promise<string | null> {
  const [script] = deno.tasks.check.command.split(" ").slice(-1);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArguments("check", env).filter((word) => word !== script),
      fileURLToPath(new URL(`../${script}`, import.meta.url)),
      "--no-types",
    ],
    env,
    signal,
  }).output();
  return success ? null : new TextDecoder().decode(stderr).trimEnd();
}
