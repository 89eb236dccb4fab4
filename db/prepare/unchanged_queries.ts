/**
 * Which queries need not be prepared again after a change of the schema: those that it does not concern, as far as a
 * node has announced what has changed. When in doubt, a query is prepared.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { tablesOf } from "../../catalog/statement/names_of.ts";
import type { Statement } from "../../catalog/statement/statement.ts";
import { termsOf } from "../../catalog/statement/terms_of.ts";
import { walkTerm } from "../../catalog/statement/term.ts";
import { isFirm, type SchemaBasis } from "../driver/schema_watch/schema_basis.ts";
import type { Session } from "../driver/session.ts";
import type { KnownTable } from "../schema/table.ts";
import type { Unlinked } from "./link_queries.ts";

/** What a preparation begins with. */
export interface Unchanged {
  readonly basis: SchemaBasis;
  readonly queries: ReadonlyMap<Query, Unlinked>;
  /** As the queries know them. */
  readonly tables: readonly KnownTable[];
}

/** What `prepare_queries.ts` has prepared before, as far as it matters here. */
export interface PreparedBefore {
  readonly unlinked: ReadonlyMap<Query, Unlinked>;
  readonly kept: ReadonlySet<Query>;
}

/** @param before null if nothing was prepared before */
export async function findUnchanged(
  session: Session,
  before: PreparedBefore | null,
): Promise<Unchanged> {
  const basis = await session.schemaBasis();
  const known = [...before?.unlinked ?? []].filter(([query, { prepared: { statement } }]) =>
    !before!.kept.has(query) && session.isUnchanged(statement, basis)
  );
  const tables = known.flatMap(([, unlinked]) => knownTables(session, unlinked) ?? []);
  return { basis, queries: new Map(known), tables };
}

/**
 * Has queries that were just prepared watched by their tables: those that follow from these, and only if all nodes
 * had the same schema from before the first was prepared until now. Until then, each change of the keyspace concerns
 * them.
 */
export async function watchTables(
  session: Session,
  prepared: Iterable<Unlinked>,
  { basis, queries }: Unchanged,
): Promise<void> {
  const unchanged = new Set(queries.values());
  const fresh = [...prepared].filter((each) => !unchanged.has(each));
  if (fresh.length === 0 || basis.version === null) return;
  const { version } = await session.schemaBasis();
  if (version !== basis.version) return;
  for (const unlinked of fresh) {
    const { statement } = unlinked.prepared;
    const known = knownTables(session, unlinked);
    if (known === null || !isFirm(basis, statement, known[0]!.keyspace)) continue;
    const names = { keyspace: known[0]!.keyspace, tables: known.map(({ name }) => name) };
    session.watchTables(statement, names, basis);
  }
}

/**
 * The tables of a query, all of one keyspace, if these and what all tables of a keyspace share, such as types and
 * functions, are all that it depends on; else null. Nobody knows what a statement depends on that cannot be parsed.
 */
function knownTables(
  session: Session,
  { prepared: { query: { parsed }, statement }, tables }: Unlinked,
): readonly [KnownTable, ...KnownTable[]] | null {
  const names = tablesOf(parsed);
  const keyspace = names[0]?.keyspace?.name ?? session.keyspace;
  if (parsed.kind === "opaque" || keyspace === null) return null;
  // What the server says counts; of some statements it says nothing.
  if ((statement.keyspace ?? keyspace) !== keyspace) return null;
  const { table } = statement;
  if (table !== null && names.every(({ name }) => name.name !== table)) return null;
  if (callsOthers(parsed, keyspace)) return null;
  const known = names.flatMap(({ keyspace: named, name: { name } }, index) => {
    const table = tables[index] ?? null;
    const isOwn = (named?.name ?? session.keyspace) === keyspace;
    return table === null || !isOwn ? [] : [{ keyspace, name, table }];
  });
  const [first, ...others] = known;
  return first === undefined || known.length !== names.length ? null : [first, ...others];
}

/** Whether it calls functions of another keyspace, whose changes are announced for that. */
function callsOthers(statement: Statement, keyspace: string): boolean {
  const own = new Set([undefined, "system", keyspace]);
  return termsOf(statement).some((term) =>
    walkTerm(term).some((inner) => inner.kind === "call" && !own.has(inner.function.keyspace?.name))
  );
}
