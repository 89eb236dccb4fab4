/**
 * A place in a module, as the runtime and the type checker name it, → a span of a source file, as
 * reports show it.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { SourceFile, Span } from "../../catalog/text/source.ts";

/** Lines and columns begin with 1; columns count UTF-16 units. */
export interface ModulePlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** The URL that a file is imported by. */
export function moduleUrl(path: string): string {
  return pathToFileURL(resolve(path)).href;
}

/** Whether a module lies below a folder. */
export function isBelow(url: string, folder: string): boolean {
  return url.startsWith(`${moduleUrl(folder)}/`);
}

/**
 * Reads the module for its text; one below `folder` is named by the path that leads there.
 *
 * @param length what to underline; default: the string or the word that begins there
 */
export async function readSpan(
  { url, line, column }: ModulePlace,
  { folder, length }: { readonly folder: string; readonly length?: number },
): Promise<Span> {
  const absolute = fileURLToPath(url);
  const path = isBelow(url, folder)
    ? `${folder}${absolute.slice(fileURLToPath(moduleUrl(folder)).length)}`
    : absolute;
  const file: SourceFile = { path, text: await Deno.readTextFile(absolute) };
  const before = file.text.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
  const [found = ""] = /^(?:"[^"\n]*"|'[^'\n]*'|[\w$]+|.)/.exec(file.text.slice(start)) ?? [];
  return { file, start, end: start + (length ?? found.length) };
}
