/**
 * Checks migrations and queries against each other before either has met its own keyspace: a scratch keyspace is
 * migrated, the queries are prepared on it, and it is dropped.
 *
 * @module
 */
import { parseCatalog } from "../catalog/catalog.ts";
import type { Query } from "../catalog/query.ts";
import { withoutKeyspace } from "../catalog/statement/keyspace_qualifiers.ts";
import { CatalogError } from "../catalog/text/diagnose.ts";
import type { SourceFile, Span } from "../catalog/text/source.ts";
import type { Config } from "../config/config.ts";
import { prepareQueries } from "../db/prepare/prepare_queries.ts";
import type { Migration } from "../db/migrate/files/migrations.ts";
import { tryMigrations } from "../db/migrate/try_migrations.ts";
import type { Finding } from "../guardrails/inspect.ts";
import {
  inspectProject,
  type ProjectInspection,
  readProjectSchema,
} from "../guardrails/inspect_project.ts";
import { createTableReader } from "../db/schema/table.ts";
import { withScratchKeyspace } from "./scratch_keyspace.ts";

/**
 * Where migrations and queries name the keyspace of the settings, they mean the scratch keyspace here.
 *
 * @throws {Error} if there are no migrations
 * @throws {CatalogError} with the migration, or the queries, that the server refuses
 */
export async function prepareInScratch(
  config: Config,
  { queries, migrations, warn }: {
    readonly queries: readonly Query[];
    readonly migrations: readonly Migration[] | null;
    readonly warn: (message: string) => void;
  },
): Promise<ProjectInspection> {
  const { keyspace, consistency } = config;
  if (migrations === null) {
    throw new Error("Cannot check in a scratch keyspace: there are no migrations to make it with");
  }
  const { stripped, originals } = stripKeyspace(queries, keyspace);
  return await withScratchKeyspace(config, { warn }, async (session) => {
    try {
      await tryMigrations(session, migrations, { keyspace, warn });
      const scratch = session.keyspace ?? keyspace;
      const readTable = createTableReader(session);
      const prepared = await prepareQueries(session, stripped, readTable);
      const schema = await readProjectSchema(session, stripped, { keyspace: scratch, readTable });
      const found = inspectProject(prepared, schema, { keyspace: scratch, consistency });
      return inspectionInOriginals(found, originals);
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
      const inOwnKeyspace = (text: string) => text.replaceAll(session.keyspace ?? "", keyspace);
      throw inOriginals(error, { originals, inOwnKeyspace });
    }
  });
}

interface Stripped {
  readonly stripped: readonly Query[];
  /** The original files, by the files that were made from them; places are the same in both. */
  readonly originals: ReadonlyMap<SourceFile, SourceFile>;
}

/** The same queries, with names in the keyspace of their session. */
function stripKeyspace(queries: readonly Query[], keyspace: string): Stripped {
  const originals = new Map<SourceFile, SourceFile>();
  const files = Map.groupBy(queries, ({ statementSpan }) => statementSpan.file);
  for (const [file, ofFile] of files) {
    let { text } = file;
    for (const { statementSpan: { start, end }, statementSpan } of ofFile) {
      const statement = withoutKeyspace(statementSpan, { keyspace, head: null });
      text = text.slice(0, start) + statement + text.slice(end);
    }
    originals.set({ path: file.path, text }, file);
  }
  return { stripped: parseCatalog([...originals.keys()]).queries, originals };
}

/**
 * The same findings, in the original files. Findings about replication are left out, since it is the scratch
 * keyspace's.
 */
function inspectionInOriginals(
  { findings, waived }: ProjectInspection,
  originals: Stripped["originals"],
): ProjectInspection {
  const inOriginal = ({ file, ...place }: Span) => ({
    ...place,
    file: originals.get(file) ?? file,
  });
  const moved = (finding: Finding) => ({ ...finding, span: inOriginal(finding.span) });
  return {
    findings: findings.map(moved),
    waived: waived.map(({ query, waiver, finding }) => ({
      query,
      waiver: { ...waiver, nameSpan: inOriginal(waiver.nameSpan) },
      finding: moved(finding),
    })),
    keyspace: [],
  };
}

/** The same mistakes, in the original files and with the keyspace that they name. */
function inOriginals(
  { diagnostics }: CatalogError,
  { originals, inOwnKeyspace }: Pick<Stripped, "originals"> & {
    readonly inOwnKeyspace: (text: string) => string;
  },
): CatalogError {
  return new CatalogError(diagnostics.map(({ span, message, help }) => ({
    span: { ...span, file: originals.get(span.file) ?? span.file },
    message: inOwnKeyspace(message),
    help,
  })));
}
