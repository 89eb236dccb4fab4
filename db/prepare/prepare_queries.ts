/**
 * The queries of a project → prepared queries: first each one, a few at a time, and then the links between
 * them.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import type { Diagnostic } from "../../catalog/text/source.ts";
import type { Session } from "../driver/session.ts";
import { createTableReader, type TableReader } from "../schema/table.ts";
import { checkMaskFit } from "./checks/mask_fit.ts";
import { checkRowNames } from "./checks/row_names.ts";
import { checkScanRing } from "./checks/scan_ring.ts";
import { fewAtOnce } from "./few_at_once.ts";
import { linkQueries, type ReportOf, type Unlinked } from "./link_queries.ts";
import { prepareQuery } from "./prepare_query.ts";
import type { PreparedQuery } from "./prepared_query.ts";
import { type Unchanged, watchTables } from "./unchanged_queries.ts";

/** For one process: after a change of the schema, every replica prepares all of its queries. */
const PREPARED_AT_ONCE = 32;

/** Queries that were prepared together. */
export interface Preparation {
  readonly prepared: readonly PreparedQuery[];
  /** Each of them without its links. */
  readonly unlinked: ReadonlyMap<Query, Unlinked>;
  /** Those that are as they were before, since they do not fit the schema, or what goes with them does not. */
  readonly kept: ReadonlySet<Query>;
  /** Why; empty if all of them fit the schema. */
  readonly unfit: readonly Diagnostic[];
}

/**
 * Prepares all queries on the cluster.
 *
 * @param readTable of the same cluster, where others read its tables too
 * @throws {CatalogError} with every query that the server refuses or whose tags contradict its types
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function prepareQueries(
  session: Session,
  queries: readonly Query[],
  readTable: TableReader = createTableReader(session),
): Promise<readonly PreparedQuery[]> {
  const options = { readTable, before: null, unchanged: null };
  return (await prepareTogether(session, queries, options)).prepared;
}

/**
 * As `prepareQueries()`, for queries that may have been prepared before.
 *
 * @param before the same queries: those that no longer fit the schema stay as they were, so that the others
 * can follow it. Null if all of them have to fit.
 * @param unchanged those of them that are not prepared again, as found before anything else was asked; null if
 * nobody is going to ask for the others after the next change
 * @throws {CatalogError} as `prepareQueries()` does, and only if `before` is null
 */
export async function prepareTogether(
  session: Session,
  queries: readonly Query[],
  { readTable, before, unchanged }: {
    readonly readTable: TableReader;
    readonly before: Preparation | null;
    readonly unchanged: Unchanged | null;
  },
): Promise<Preparation> {
  const unfit: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => unfit.push(diagnostic);
  if (queries.some(({ scan }) => scan !== null)) {
    const partitioner = await readPartitioner(session);
    for (const query of queries) checkScanRing(query, partitioner, report);
  }
  const attempts = await fewAtOnce(
    queries,
    async (query) =>
      unchanged?.queries.get(query) ??
        await prepareQuery(session, query, { readTable, report }),
    { limit: PREPARED_AT_ONCE },
  );
  const unlinked = new Map<Query, Unlinked>();
  const kept = new Set<Query>();
  const keep = (query: Query) => {
    kept.add(query);
    const known = before?.unlinked.get(query);
    if (known !== undefined) unlinked.set(query, known);
  };
  for (const [index, query] of queries.entries()) {
    const attempt = attempts[index]!;
    if (attempt === null) keep(query);
    else unlinked.set(query, attempt);
  }
  let prepared: readonly PreparedQuery[];
  for (;;) {
    const isWhole = unlinked.size === queries.length;
    const linked = link([...unlinked.values()], { isWhole });
    prepared = linked.prepared;
    // Those that were kept were served together.
    const found = linked.conflicts.filter(({ about }) => !about.every((query) => kept.has(query)));
    unfit.push(...found.map(({ diagnostic }) => diagnostic));
    if (before === null && unfit.length > 0) throw new CatalogError(unfit);
    if (found.length === 0) break;
    for (const query of found.flatMap(({ about }) => about)) keep(query);
  }
  if (unchanged !== null) await watchTables(session, unlinked.values(), unchanged);
  return { prepared, unlinked, kept, unfit };
}

/** Whether the schema has not changed in between: a statement's text has its version. */
export function isSame({ prepared }: Preparation, before: Preparation | null): boolean {
  return prepared.every(({ statement }, index) =>
    statement.marked === before?.prepared[index]?.statement.marked
  );
}

interface Conflict {
  readonly diagnostic: Diagnostic;
  /** The queries that do not go together. */
  readonly about: readonly Query[];
}

/** @param isWhole whether no query is missing */
function link(
  all: readonly Unlinked[],
  { isWhole }: { readonly isWhole: boolean },
): { readonly prepared: PreparedQuery[]; readonly conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const report: ReportOf = (about, diagnostic) => conflicts.push({ about, diagnostic });
  const prepared = linkQueries(all, report);
  checkRowNames(prepared, report);
  if (isWhole && conflicts.length === 0) checkMaskFit(all, report);
  return { prepared, conflicts };
}

/** The class of the cluster's partitioner. */
async function readPartitioner(session: Session): Promise<string> {
  const [row] = await session.query("SELECT partitioner FROM system.local", []);
  return String(row?.partitioner);
}
