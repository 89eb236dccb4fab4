/**
 * The types of hand-written routes, checked by `deno check` in a process of its own: the service runs
 * modules without checking them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../catalog/text/source.ts";
import type { LoadedRoute } from "../routes/handwritten/load_routes.ts";
import { type ModulePlace, moduleUrl, readSpan } from "../routes/handwritten/module_place.ts";

const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));

/** Every mistake that the type checker finds in the routes of a project and in what they import. */
export async function checkTypes(
  routes: readonly LoadedRoute[],
  cqlDir: string,
): Promise<Diagnostic[]> {
  if (routes.length === 0) return [];
  const { success, report } = await denoCheck(routes.map(({ file }) => moduleUrl(file.path)));
  if (success) return [];
  const mistakes = parseReport(report);
  if (mistakes.length === 0) throw new Error(`Cannot check the types of routes: ${report.trim()}`);
  const folder = cqlDir.replace(/\/+$/, "");
  return await Promise.all(mistakes.map(async ({ place, length, message, help }) => ({
    span: await readSpan(place, length === null ? { folder } : { folder, length }),
    message,
    help,
  })));
}

async function denoCheck(urls: string[]): Promise<{ success: boolean; report: string }> {
  try {
    const { success, stderr } = await new Deno.Command("deno", {
      args: ["check", "--quiet", "--frozen", `--config=${CONFIG}`, ...urls],
      // Deno refuses to hand on a library that the process was told to load first.
      env: { NO_COLOR: "1", LD_PRELOAD: "" },
    }).output();
    return { success, report: new TextDecoder().decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new Error(
        'Cannot check the types of routes: the process may not run deno: run "deno task check", or leave them out with --no-types',
      );
    }
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(
        "Cannot check the types of routes: deno is not on the PATH: put it there, or leave them out with --no-types",
      );
    }
    throw error;
  }
}

/** A mistake as the type checker reports it. */
export interface TypeMistake {
  readonly place: ModulePlace;
  /** How much is underlined; null if the report leaves the line of source out. */
  readonly length: number | null;
  readonly message: string;
  readonly help: string;
}

/**
 * Reads what `deno check` says: blocks of a code and a message, which may go on in indented lines that
 * say why, the line of source and what is underlined in it, and the place.
 */
export function parseReport(report: string): TypeMistake[] {
  const block = /^(TS\d+) \[ERROR\]: (.*(?:\n.*)*?)\n {4}at (file:\/\/\S+):(\d+):(\d+)$/gm;
  return [...report.matchAll(block)].map(([, code, body = "", url = "", line, column]) => {
    const lines = body.split("\n");
    const underline = /^\s*([~^]+)$/.exec(lines.at(-1) ?? "")?.[1] ?? null;
    const sentences = underline === null ? lines : lines.slice(0, -2);
    const [first = "", ...why] = sentences.map((line) => line.trim().replace(/\.$/, ""));
    return {
      place: { url, line: Number(line), column: Number(column) },
      length: underline?.length ?? null,
      message: `${code}: ${first}`,
      help: why.slice(-2).join(": ") ||
        "Change the code to match the type, or the type to match the code",
    };
  });
}
