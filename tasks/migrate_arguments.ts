/**
 * The arguments of `deno task migrate`.
 *
 * @module
 */
import { asClause } from "../catalog/text/as_clause.ts";
import { suggest } from "../catalog/text/suggest.ts";
import type { Resolution } from "../db/migrate/resolve.ts";

export interface MigrateArguments {
  /** `plan` and `status` change nothing. */
  readonly command: "apply" | "plan" | "status" | "resolve";
  /** The last version to apply; null for all. */
  readonly to: number | null;
  /** How long to wait for the cluster to come, in milliseconds. */
  readonly waitMs: number;
  /** How long to wait until indexes and views are built, in milliseconds; null for the default. */
  readonly buildWaitMs: number | null;
  readonly resolution: Resolution | null;
}

const KNOWN = ["status", "--plan", "--to", "--wait", "--wait-for-builds", "--resolve"];

/** @throws {Error} for an argument that is unknown, or lacks its value */
export function readMigrateArguments(args: readonly string[]): MigrateArguments {
  // A value may follow its flag as a word of its own.
  const words = args.flatMap((arg) =>
    /^--[\w-]+=/.test(arg)
      ? [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)]
      : [arg]
  );
  let command: MigrateArguments["command"] = "apply";
  let to: number | null = null;
  let waitMs = 0;
  let buildWaitMs: number | null = null;
  let resolution: Resolution | null = null;
  const only = (next: MigrateArguments["command"]) => {
    if (command !== "apply") {
      throw new Error(
        `Cannot migrate: "${command}" and "${next}" cannot be combined: use one of them`,
      );
    }
    command = next;
  };
  while (words.length > 0) {
    const word = words.shift()!;
    switch (word) {
      case "status":
        only("status");
        break;
      case "--plan":
        only("plan");
        break;
      case "--to":
        to = readVersion(words.shift());
        break;
      case "--wait":
        waitMs = readDuration(word, words.shift());
        break;
      case "--wait-for-builds":
        buildWaitMs = readDuration(word, words.shift());
        break;
      case "--resolve":
        only("resolve");
        resolution = readResolution(words.shift(), words.shift());
        break;
      default:
        throw new Error(
          `Cannot migrate: unknown argument "${word}": ${asClause(suggest(word, KNOWN))}`,
        );
    }
  }
  if (buildWaitMs !== null && command !== "apply") {
    throw new Error(
      `Cannot migrate: "--wait-for-builds" does not go with "${command}": leave it out`,
    );
  }
  if (to !== null && command !== "apply" && command !== "plan") {
    throw new Error(`Cannot migrate: "--to" does not go with "${command}": leave it out`);
  }
  return { command, to, waitMs, buildWaitMs, resolution };
}

function readVersion(text: string | undefined): number {
  if (text !== undefined && /^\d{1,4}$/.test(text)) return Number(text);
  throw new Error('Cannot migrate: "--to" needs the number of a migration, such as "--to 0007"');
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 };

function readDuration(flag: string, text: string | undefined): number {
  const [, count, unit] = /^(\d{1,5})(s|m|h)$/.exec(text ?? "") ?? [];
  if (count !== undefined) return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  throw new Error(
    `Cannot migrate: "${flag}" needs a time, such as "${flag} 120s", "${flag} 5m" or "${flag} 2h"`,
  );
}

function readResolution(place: string | undefined, outcome: string | undefined): Resolution {
  const [, version, statement] = /^(\d{1,4}):(\d{1,6})$/.exec(place ?? "") ?? [];
  if (version !== undefined && (outcome === "applied" || outcome === "again")) {
    return { version: Number(version), statement: Number(statement), outcome };
  }
  throw new Error(
    'Cannot migrate: "--resolve" needs a statement and what became of it, ' +
      'such as "--resolve 0007:2 applied" or "--resolve 0007:2 again"',
  );
}
