/**
 * `deno task dev` as a process, as that task starts it.
 *
 * @module
 */
import deno from "../../deno.json" with { type: "json" };
import { eventually } from "../support/eventually.ts";
import { environment } from "../support/programs.ts";

export interface DevProcess extends AsyncDisposable {
  readonly pid: number;
  /** All that it has printed, on both streams. */
  readonly output: string;
  /** Does something, and resolves to what is printed from then on until that matches. */
  after(action: () => Promise<unknown>, pattern: RegExp): Promise<string>;
}

/**
 * @param env of the settings, it sees only these
 * @param more arguments
 */
export function startDev(
  env: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): DevProcess {
  const [, ...args] = deno.tasks.dev.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, ...more],
    env: environment(env),
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  }));
  return {
    pid: child.pid,
    get output() {
      return output;
    },
    async after(action, pattern) {
      const mark = output.length;
      await action();
      return await eventually(`it prints ${pattern}`, () => {
        const printed = output.slice(mark);
        return pattern.test(printed) && printed;
      });
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
      await Promise.all([child.status, reading]);
    },
  };
}
