/**
 * The query files of a folder → the catalog.
 *
 * @module
 */
import { parseCatalog } from "./catalog.ts";
import type { Query } from "./query.ts";
import { readSources } from "./read_sources.ts";
import { CatalogError } from "./text/diagnose.ts";
import type { Diagnostic } from "./text/source.ts";

export interface LoadOptions {
  /** Told about files that are left out although they look intended. */
  readonly warn?: (message: string) => void;
}

/**
 * Reads `queries/**\/*.cql` below `cqlDir`, in the order of their names.
 *
 * @throws {CatalogError} if any file has a mistake; it carries all of them
 * @throws {Deno.errors.NotFound} if the folder does not exist
 */
export async function loadCatalog(
  cqlDir: string,
  { warn = () => {} }: LoadOptions = {},
): Promise<readonly Query[]> {
  const folder = `${cqlDir.replace(/\/+$/, "")}/queries`;
  const unreadable: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => unreadable.push(diagnostic);
  const files = await readSources(folder, { folders: "read", report, warn });
  if (files === null) {
    throw new Deno.errors.NotFound(
      `Cannot read "${folder}": the folder does not exist; create it, or set CQL_DIR to the folder that has "queries/" in it`,
    );
  }
  const { queries, diagnostics } = parseCatalog(files);
  const all = [...unreadable, ...diagnostics];
  if (all.length > 0) throw new CatalogError(all);
  return queries;
}
