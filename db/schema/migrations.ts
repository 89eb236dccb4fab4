/**
 * The migration files of a folder: read, named, split into statements and given checksums. Owns what
 * the files say; what the cluster has of them is `history.ts`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import type { Diagnostic } from "../../catalog/text/source.ts";
import { splitStatements } from "../../catalog/text/split.ts";

/** One file `NNNN_name.cql`. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /** As reports show it. */
  readonly path: string;
  /** In the order of the file, without closing semicolons. */
  readonly statements: readonly string[];
  /** SHA-256 in hex of the text, whatever its line ends. */
  readonly checksum: string;
}

/** What a person has to put right before migrations can be applied. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.cql$/;

/**
 * Reads `<cqlDir>/migrations`, in order.
 *
 * @throws {MigrationError} listing every file that is named wrong, missing or there twice
 * @throws {CatalogError} where a file cannot be split into statements
 */
export async function readMigrations(cqlDir: string): Promise<Migration[]> {
  const folder = `${cqlDir}/migrations`;
  const mistakes: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const migrations: Migration[] = [];
  for (const fileName of await fileNamesOf(folder)) {
    const path = `${folder}/${fileName}`;
    const match = FILE_NAME.exec(fileName);
    if (match === null) {
      mistakes.push(
        `"${path}" is not named "NNNN_name.cql", such as "0001_stations.cql", in lower case`,
      );
      continue;
    }
    const text = (await Deno.readTextFile(path)).replaceAll("\r\n", "\n");
    const { statements } = splitStatements({ path, text }, {
      report: (diagnostic) => diagnostics.push(diagnostic),
    });
    if (statements.length === 0) mistakes.push(`"${path}" has no statement: remove or fill it`);
    migrations.push({
      version: Number(match[1]),
      name: match[2]!,
      path,
      statements: statements.map(({ span }) => text.slice(span.start, span.end)),
      checksum: checksumOf(text),
    });
  }
  migrations.forEach(({ version, path }, index) => {
    const before = migrations[index - 1];
    if (before?.version === version) {
      mistakes.push(`"${path}" has the number of "${before.path}": give it the next free one`);
    } else if (version !== (before?.version ?? 0) + 1) {
      const expected = `${(before?.version ?? 0) + 1}`.padStart(4, "0");
      mistakes.push(`"${path}" leaves a gap: expected a file "${expected}_….cql" before it`);
    }
  });
  if (diagnostics.length > 0) throw new CatalogError(diagnostics);
  if (mistakes.length > 0) {
    throw new MigrationError(
      `Cannot read migrations:\n${mistakes.map((m) => `  ${m}`).join("\n")}`,
    );
  }
  return migrations;
}

/** SHA-256 in hex. */
export function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function fileNamesOf(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter((entry) => entry.isFile && entry.name.endsWith(".cql"))
      .map((entry) => entry.name).sort();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new MigrationError(
      `Cannot read migrations: no folder "${folder}": create it, or set CQL_DIR to the folder that holds "migrations/" and "queries/"`,
    );
  }
}
