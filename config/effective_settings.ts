/**
 * Every setting with the text that it is read from, and where that comes from: what an operator wants to
 * know of a running configuration, without its secrets.
 *
 * @module
 */
import { type Setting, SETTINGS } from "./settings/settings.ts";
import type { Environment } from "./unknown_settings.ts";

export interface EffectiveSetting {
  readonly name: string;
  /** As it was given; `(set)` for a secret; null if it is not set and has no default. */
  readonly value: string | null;
  /** `default`, `environment`, or the file that a secret is in. */
  readonly source: string;
}

const ROWS: readonly Setting[] = Object.values(SETTINGS);

/** In the order of the documentation. It reads no file: what is wrong is for `readConfig()` to say. */
export function effectiveSettings(env: Environment): EffectiveSetting[] {
  return ROWS.map(({ name, default: byDefault, secret }) => {
    const text = env[name]?.trim() || null;
    const file = secret ? env[`${name}_FILE`]?.trim() || null : null;
    if (text === null && file === null) {
      return { name, value: byDefault || null, source: "default" };
    }
    return {
      name,
      value: secret ? "(set)" : text,
      source: text === null ? `file ${file}` : "environment",
    };
  });
}

/** The table that `deno task config` prints, a line for each setting. */
export function formatSettings(settings: readonly EffectiveSetting[]): string {
  const rows = settings.map(({ name, value, source }) => [name, printable(value), source] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([name, value, source]) =>
    `${name.padEnd(widths[0]!)}  ${value.padEnd(Math.min(widths[1]!, MAX_WIDTH))}  ${source}\n`
  ).join("");
}

/** A long value makes its own line longer, and no other. */
const MAX_WIDTH = 40;

/** One line that cannot control a terminal. */
function printable(value: string | null): string {
  if (value === null) return "-";
  return /\p{C}/u.test(value) ? JSON.stringify(value).replaceAll(/\p{C}/gu, "?") : value;
}
