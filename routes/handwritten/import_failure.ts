/**
 * Why a module of a hand-written route could not be imported, in words that say what to do. Owns the meaning of
 * the runtime's messages; `load_routes.ts` knows where the module is.
 *
 * @module
 */
import { closest } from "../../catalog/text/suggest.ts";
import type { ModulePlace } from "./module_place.ts";

export interface ImportFailure {
  /** The message, given the specifier as the module spells it; null if it is not known. */
  readonly message: (specifier: string | null) => string;
  readonly help: string;
  /** Null if the runtime does not say. */
  readonly place: ModulePlace | null;
  /**
   * Packages that are not in the lock file. The runtime repeats the first of them for every module that
   * is imported afterwards, whatever that imports.
   */
  readonly unlocked: readonly string[];
}

type Explanation = Pick<ImportFailure, "message" | "help">;

/** Where an unlocked package is in the cache already. */
const OUTDATED_LOCK = /^The lockfile is out of date/;

/** The runtime's messages, and their meaning. */
const EXPLANATIONS: readonly [pattern: RegExp, explain: (groups: string[]) => Explanation][] = [
  [
    /^(?:Import|Relative import path) "([^"]*)" not (?:a dependency|prefixed)/,
    ([specifier = ""]) =>
      cannotImport(specifier, {
        state: "it is not in the import map",
        help: closest(specifier, ["cqlgate"]) === null
          ? 'Import from "cqlgate", from a file such as "./stations/names.ts", or from a package that the deno.json of cqlgate names'
          : 'Did you mean "cqlgate"?',
      }),
  ],
  [/package not found in cache: "([^"]*)"/, unlocked],
  [/^JSR package manifest for '([^']*)' failed to load/, unlocked],
  [/^Specifier not found in cache: "([^"]*)"/, unlocked],
  [/^Requires import access to "([^"]*)"/, unlocked],
  [/^(?:A remote specifier was requested: |Import ')"?([^"']*)["']/, unlocked],
  [
    /^Module not found "([^"]*)"/,
    ([url = ""]) =>
      cannotImport(url, {
        state: "there is no such file",
        help: "Correct the path; it is relative to the importing file and ends in .ts",
      }),
  ],
  [
    /^Requires read access to "([^"]*)"/,
    ([path = ""]) =>
      cannotImport(path, {
        state: "the process may not read it",
        help: "Move the file below CQL_DIR, or add its folder to --allow-read",
      }),
  ],
  [
    /^Requires (\w+) access\b/,
    ([kind = ""]) => ({
      message: () =>
        `Cannot import this module: it needs ${kind} access, which the service does not have`,
      help:
        "Do without it, in the handler too: routes may read CQL_DIR and the environment, and use the network",
    }),
  ],
  [
    /^The requested module '([^']*)' does not provide an export named '([^']*)'/,
    ([specifier = "", name = ""]) => ({
      message: () => `Cannot import "${name}": "${specifier}" does not export it`,
      help: "Correct the name, or export it there",
    }),
  ],
  [
    /^(?:SyntaxError: |The module's source code could not be parsed: )(.*)/,
    ([reason = ""]) => ({
      message: () => `Cannot parse this module: ${reason}`,
      help: "Fix the syntax",
    }),
  ],
  [
    /^(Cannot define .*)/s,
    ([message = ""]) => ({
      message: () => message,
      help: "docs/guide.md shows a hand-written route",
    }),
  ],
];

/** @param isOurs whether a URL is of the project's own modules, of which the innermost is to blame */
export function explainImportFailure(
  error: unknown,
  isOurs: (url: string) => boolean,
): ImportFailure {
  const said = withoutColors(error instanceof Error ? error.message : String(error));
  const stack = withoutColors(error instanceof Error ? error.stack ?? "" : "");
  const place = [...placesIn(said), ...placesIn(stack)].find(({ url }) => isOurs(url)) ?? null;
  if (OUTDATED_LOCK.test(said)) {
    const added = [...said.matchAll(/\+\s+"((?:npm:|jsr:|https?:\/\/)[^"]+)"/g)]
      .map(([, specifier]) => specifier!);
    return { ...unlocked(added), place, unlocked: [...new Set(added)] };
  }
  for (const [pattern, explain] of EXPLANATIONS) {
    const match = pattern.exec(said);
    if (match !== null) return { ...explain(match.slice(1)), place, unlocked: [] };
  }
  const name = error instanceof Error ? `${error.name}: ` : "";
  const [first = ""] = said.split("\n", 1);
  return {
    message: () => `Cannot import this module: it throws "${name}${first}"`,
    help: "Fix its top-level code, or move that code into the handler",
    place,
    unlocked: [],
  };
}

function unlocked([specifier = ""]: string[]): Explanation {
  return cannotImport(specifier, {
    state: "only packages in the deno.lock of cqlgate are used",
    help:
      "Do without it, or add it with `deno add` in the checkout of cqlgate, import it by its name there, and deploy that",
  });
}

/** @param named the specifier as the runtime names it */
function cannotImport(
  named: string,
  { state, help }: { readonly state: string; readonly help: string },
): Explanation {
  return { message: (specifier) => `Cannot import "${specifier ?? named}": ${state}`, help };
}

function placesIn(text: string): ModulePlace[] {
  return [...text.matchAll(/(file:\/\/[^\s()'"]+?):(\d+):(\d+)/g)].map(
    ([, url = "", line, column]) => ({ url, line: Number(line), column: Number(column) }),
  );
}

/** The runtime colours parts of its messages where it writes to a terminal. */
function withoutColors(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[\d;]*m/g, "");
}
