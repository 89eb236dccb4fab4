/**
 * The paths that the settings of an environment name: all that the process has to read besides its own
 * code. `deno task start` allows nothing else.
 *
 * @module
 */
import { type Setting, SETTINGS } from "./settings/settings.ts";
import type { Environment } from "./unknown_settings.ts";

const ROWS: readonly Setting[] = Object.values(SETTINGS);

/** Paths are not checked here: one that cannot be read is reported when it is read. */
export function readPaths(env: Environment): string[] {
  const paths = ROWS.flatMap(({ name, default: byDefault, kind, secret }) => {
    const text = env[name]?.trim() || byDefault;
    const file = secret ? env[`${name}_FILE`]?.trim() : undefined;
    return [
      ...file ? [file] : [],
      ...text && kind.paths !== undefined ? kind.paths(text) : [],
    ];
  });
  return [...new Set(paths)];
}
