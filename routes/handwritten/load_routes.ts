/**
 * `routes/*.ts` of a project → hand-written routes, by importing them. The import map of cqlgate
 * resolves "cqlgate" and the names of packages, wherever the project lies. No other place loads a team's
 * code, and a process loads it once.
 *
 * @module
 */
import { type FileKind, readSources } from "../../catalog/read_sources.ts";
import type { Diagnostic, SourceFile, Span } from "../../catalog/text/source.ts";
import { type HandwrittenRoute, isHandwrittenRoute } from "./define_route.ts";
import { explainImportFailure } from "./import_failure.ts";
import { isBelow, moduleUrl, readSpan } from "./module_place.ts";
// Routes import it as "cqlgate". Once the service has loaded it, reading it takes no permission.
import "./public_api.ts";

/** A route and the file that exports it. */
export interface LoadedRoute {
  readonly route: HandwrittenRoute;
  readonly file: SourceFile;
}

export interface LoadedRoutes {
  /** In the order of the files' names. */
  readonly routes: readonly LoadedRoute[];
  /** Every file that is not a route, or cannot be imported. */
  readonly diagnostics: readonly Diagnostic[];
}

/** To compile and to fetch takes seconds where a machine starts many processes at once. */
const IMPORT_TIMEOUT_MS = 30_000;

/** Files whose names say that they are routes, or were meant to be. */
const MODULES: FileKind = {
  isRead: (name) => /^[^._].*\.[cm]?[jt]sx?$/.test(name) && !isNoRoute(name),
  isMeant: (name) => /^[^_].*\.[cm]?[jt]sx?/i.test(name) && !isNoRoute(name),
  ending: ".ts",
};

function isNoRoute(name: string): boolean {
  return /(?:[_.]test|\.d)\.ts$/.test(name);
}

/**
 * Imports each `routes/*.ts` below `cqlDir`, one after the other. Files whose names begin with a dot or
 * "_", `*_test.ts` and `*.test.ts` are not routes, nor are files in sub-folders, which can hold helpers. Without the
 * folder there are no routes.
 */
export async function loadRoutes(
  cqlDir: string,
  { warn }: { readonly warn: (message: string) => void },
): Promise<LoadedRoutes> {
  const project = cqlDir.replace(/\/+$/, "");
  const routes: LoadedRoute[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const options = { folders: "leave", kind: MODULES, report, warn } as const;
  const unlocked = new Set<string>();
  for (const file of await readSources(`${project}/routes`, options) ?? []) {
    const loaded = nameMistake(file) ?? await importRoute(file, { project, unlocked });
    if (loaded === null) continue;
    if ("route" in loaded) routes.push(loaded);
    else diagnostics.push(loaded);
  }
  return { routes, diagnostics };
}

function nameMistake(file: SourceFile): Diagnostic | null {
  if (file.path.endsWith(".ts")) return null;
  return {
    span: firstLine(file),
    message: `Cannot serve "${file.path}": a route is a .ts file`,
    help: 'Rename it, or move it into a sub-folder of "routes/" where it is not a route',
  };
}

/** Null if the module cannot be judged, because an earlier one imports an unlocked package. */
async function importRoute(
  file: SourceFile,
  { project, unlocked }: { readonly project: string; readonly unlocked: Set<string> },
): Promise<LoadedRoute | Diagnostic | null> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await inTime(import(moduleUrl(file.path)));
  } catch (error) {
    const failure = explainImportFailure(error, (url) => isBelow(url, project));
    const { message, help, place } = failure;
    if (place !== null) {
      const span = await readSpan(place, { folder: project });
      return { span, message: message(specifierAt(span)), help };
    }
    const added = failure.unlocked.filter((name) => !unlocked.has(name));
    if (failure.unlocked.length > 0 && added.length === 0) return null;
    added.forEach((name) => unlocked.add(name));
    const span = added.map((name) => findText(file, name)).find((span) => span !== null);
    return { span: span ?? firstLine(file), message: message(added[0] ?? null), help };
  }
  if (isHandwrittenRoute(module.default)) return { route: module.default, file };
  const state = module.default === undefined
    ? "it has no default export"
    : "its default export is not a route";
  return {
    span: findText(file, "export default") ?? firstLine(file),
    message: `Cannot serve "${file.path}": ${state}`,
    help:
      'Write "export default defineRoute(…)"; a module that only helps others goes into a sub-folder, or gets a name that begins with "_"',
  };
}

/** Rejects if a module awaits something at its top level that does not come. */
async function inTime<T>(imported: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`It is not done after ${IMPORT_TIMEOUT_MS / 1000} s`)),
    IMPORT_TIMEOUT_MS,
  );
  return await Promise.race([imported, late.promise]).finally(() => clearTimeout(timer));
}

/** The specifier that a span underlines; null if it underlines anything else. */
function specifierAt({ file, start, end }: Span): string | null {
  return /^["'](.*)["']$/.exec(file.text.slice(start, end))?.[1] ?? null;
}

/** The first occurrence of a text in a file; null if it does not occur. */
export function findText(file: SourceFile, text: string): Span | null {
  const start = file.text.indexOf(text);
  return start === -1 ? null : { file, start, end: start + text.length };
}

/** The place at which to report a mistake of a whole file. */
export function firstLine(file: SourceFile): Span {
  return { file, start: 0, end: /^[^\r\n]*/.exec(file.text)![0].length };
}
