/**
 * @module
 * What a task of `deno.json` passes to deno, for programs that start the same without a shell.
 */
import { readPaths } from "../config/read_paths.ts";
import deno from "../deno.json" with { type: "json" };

type Environment = Readonly<Record<string, string>>;

/** What the shell of a task puts in the place of `tasks/read_paths.ts`. */
const SUBSTITUTION = /"([^"$]*)\$\([^)]*tasks\/read_paths\.ts\)"/;

/** @param env of the settings that the program will see */
export function taskArguments(task: keyof typeof deno.tasks, env: Environment): string[] {
  const command = deno.tasks[task].command.replace(
    SUBSTITUTION,
    (_, flag) => `${flag}${readPaths(env).join()}`,
  );
  return command.split(" ").slice(1);
}
