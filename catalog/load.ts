/**
 * The query files of a folder → the catalog. The only file here that touches the disk.
 *
 * @module
 */

import { parseCatalog } from "./catalog.ts";
import type { Query } from "./query.ts";
import { CatalogError } from "./text/diagnose.ts";
import type { Diagnostic, SourceFile } from "./text/source.ts";

/**
 * Reads `queries/**\/*.cql` below `cqlDir`, in the order of their names. Names that begin with a dot
 * are left out: a mounted ConfigMap keeps its versions under such names.
 *
 * @throws {CatalogError} if any file has a mistake; it carries all of them
 * @throws {Deno.errors.NotFound} if the folder does not exist
 */
export async function loadCatalog(cqlDir: string): Promise<readonly Query[]> {
  const folder = `${cqlDir.replace(/\/+$/, "")}/queries`;
  const undecodable: Diagnostic[] = [];
  const files: SourceFile[] = [];
  for (const path of await listFiles(folder)) {
    const file = await readSource(path);
    files.push(file.source);
    if (file.diagnostic !== null) undecodable.push(file.diagnostic);
  }
  const { queries, diagnostics } = parseCatalog(files);
  const all = [...undecodable, ...diagnostics];
  if (all.length > 0) throw new CatalogError(all);
  return queries;
}

async function listFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await listNames(folder)) {
    const path = `${folder}/${name}`;
    // The target counts, not the link: a mounted ConfigMap is made of links.
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) paths.push(...await listFiles(path));
    else if (name.endsWith(".cql")) paths.push(path);
  }
  return paths;
}

async function listNames(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot read "${folder}": the folder does not exist; create it, or set CQL_DIR to the folder that has "queries/" in it`,
      { cause: error },
    );
  }
}

async function readSource(
  path: string,
): Promise<{ readonly source: SourceFile; readonly diagnostic: Diagnostic | null }> {
  const bytes = await Deno.readFile(path);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { source: { path, text }, diagnostic: null };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const source = { path, text: "" };
    const diagnostic = {
      span: { file: source, start: 0, end: 0 },
      message: `Cannot decode "${path}": not UTF-8`,
      help: "Save the file as UTF-8 text",
    };
    return { source, diagnostic };
  }
}
