/**
 * What a task of `deno.json` passes to deno, for programs that start the same without a shell.
 *
 * @module
 */
import { readPaths } from "../config/read_paths.ts";
import { writePaths } from "../config/write_paths.ts";
import deno from "../deno.json" with { type: "json" };

type Environment = Readonly<Record<string, string>>;

/** What a task's shell replaces with the paths that a program of `tasks/` prints. */
const SUBSTITUTION = /"([^"$]*)\$\([^)]*tasks\/(read|write)_paths\.ts\)"/g;

/** @param env of the settings that the program will see */
export function taskArguments(task: keyof typeof deno.tasks, env: Environment): string[] {
  const command = deno.tasks[task].command.replace(
    SUBSTITUTION,
    (_, flag, kind) => `${flag}${(kind === "read" ? readPaths(env) : writePaths(env)).join()}`,
  );
  return command.split(" ").slice(1);
}
