/**
 * Runs what a task of the benchmarks does, and ends the process: with a line that says what went wrong, if anything
 * did, since nobody reads the stack of a missing tool or a wrong option.
 *
 * @module
 */
import { heedToolHelp, type Tool } from "../dev/usage.ts";

/** @param task the name of its task, whose `--help` it heeds */
export async function runBench(task: Tool, bench: () => void | Promise<void>): Promise<never> {
  heedToolHelp(task);
  try {
    await bench();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
  // What a runtime keeps open for later, such as idle connections, need not be waited for.
  Deno.exit(0);
}
