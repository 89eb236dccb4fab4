/**
 * The migration files of a folder: read, named, split into statements and given checksums. Owns what the files
 * say; `record/` owns the records in the cluster.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readSources } from "../../../catalog/read_sources.ts";
import type { DdlHead } from "../../../catalog/statement/ddl_head.ts";
import { parseDdl } from "../../../catalog/statement/grammar/parse_ddl.ts";
import { CatalogError } from "../../../catalog/text/diagnose.ts";
import { quote } from "../../../catalog/text/quote.ts";
import type { Diagnostic, Report, SourceFile } from "../../../catalog/text/source.ts";
import { splitStatements, type StatementText } from "../../../catalog/text/split.ts";
import { checkMigrationStatement } from "./check_migration.ts";

/** One file `NNNN_name.cql`. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /** As reports show it. */
  readonly path: string;
  /** In the order of the file. */
  readonly statements: readonly MigrationStatement[];
  /** SHA-256 in hex of the text, whatever its line ends. */
  readonly checksum: string;
}

export interface MigrationStatement {
  /** Without the closing semicolon. */
  readonly cql: string;
  readonly head: DdlHead;
  readonly tokens: StatementText["tokens"];
}

/** A problem that a person has to solve before migrations can be applied. */
export class MigrationError extends Error {
  override readonly name: string = "MigrationError";
}

/** The cluster lacks migrations, or has not built what they create. */
export class MigrationsPending extends MigrationError {
  override readonly name = "MigrationsPending";
}

/** The files contradict what was applied before. */
export class MigrationConflict extends MigrationError {
  override readonly name = "MigrationConflict";
}

export interface ReadMigrationsOptions {
  /** The one that they are for. */
  readonly keyspace: string;
  /** Hears of files that are left out although they look as if they were meant. */
  readonly warn?: (message: string) => void;
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.cql$/;

/**
 * Reads `<cqlDir>/migrations`, in order.
 *
 * @returns null if there are none: somebody else takes care of the schema
 * @throws {CatalogError} with every mistake of every file
 * @throws {MigrationError} if `cqlDir` holds no project at all
 */
export async function readMigrations(
  cqlDir: string,
  { keyspace, warn = () => {} }: ReadMigrationsOptions,
): Promise<Migration[] | null> {
  const project = cqlDir.replace(/\/+$/, "");
  const folder = `${project}/migrations`;
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
  const files = await readSources(folder, { folders: "warn", report, warn });
  if (files === null) {
    await assertProject(project);
    return null;
  }
  const isWhole = diagnostics.length === 0;
  // A ConfigMap that does not exist is mounted as an empty folder.
  if (isWhole && files.length === 0) return null;
  const migrations = files.map((file) => readMigration(file, { keyspace, report }))
    .filter((migration) => migration !== null);
  // A file without a number would look like another gap.
  if (isWhole && migrations.length === files.length) reportNumbers(migrations, report);
  if (diagnostics.length > 0) throw new CatalogError(diagnostics);
  return migrations;
}

/** `NNNN:n`, as `--resolve` takes it. */
export function statementPlace({ version }: Pick<Migration, "version">, statement: number): string {
  return `${`${version}`.padStart(4, "0")}:${statement}`;
}

/** SHA-256 in hex. */
export function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

interface ReadMigration extends Migration {
  readonly file: SourceFile;
}

function readMigration(
  { path, text: anyLineEnds }: SourceFile,
  { keyspace, report }: { readonly keyspace: string; readonly report: Report },
): ReadMigration | null {
  const text = anyLineEnds.replaceAll("\r\n", "\n");
  const file = { path, text };
  const { statements } = splitStatements(file, { report });
  const read = statements.map((statement) => {
    const head = parseDdl(statement);
    checkMigrationStatement(head, { statement, keyspace, report });
    const cql = text.slice(statement.span.start, statement.span.end);
    return { cql, head, tokens: statement.tokens };
  });
  if (statements.length === 0) {
    report({
      span: startOf(file),
      message: "Empty migration",
      help: "Write a statement into it, or remove the file",
    });
  }
  const match = FILE_NAME.exec(path.slice(path.lastIndexOf("/") + 1));
  if (match === null) {
    report({
      span: startOf(file),
      message: `Cannot order ${quote(path)}: its name is not "NNNN_name.cql"`,
      help: 'Name it by its number and what it does, in lower case, such as "0001_stations.cql"',
    });
    return null;
  }
  const [, number, name] = match;
  return {
    version: Number(number),
    name: name!,
    path,
    statements: read,
    checksum: checksumOf(text),
    file,
  };
}

/** They count from 1, without gaps. */
function reportNumbers(migrations: readonly ReadMigration[], report: Report): void {
  migrations.forEach(({ version, file }, index) => {
    const before = migrations[index - 1];
    const expected = `${(before?.version ?? 0) + 1}`.padStart(4, "0");
    if (before?.version === version) {
      report({
        span: startOf(file),
        message: `Duplicate number: ${quote(before.path)} has it too`,
        help: "Give it the next free number",
      });
    } else if (version !== Number(expected)) {
      report({
        span: startOf(file),
        message: `Cannot apply ${quote(file.path)}: there is no "${expected}_….cql" before it`,
        help: `Restore the missing file, or give this one the number ${expected}`,
      });
    }
  });
}

function startOf(file: SourceFile): { file: SourceFile; start: number; end: number } {
  return { file, start: 0, end: 0 };
}

/** A folder without `queries/` either is the wrong one. */
async function assertProject(project: string): Promise<void> {
  try {
    await Deno.stat(`${project}/queries`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new MigrationError(
      `Cannot read migrations: neither "${project}/migrations" nor "${project}/queries" exists: ` +
        'set CQL_DIR to the folder that holds "migrations/" and "queries/"',
    );
  }
}
