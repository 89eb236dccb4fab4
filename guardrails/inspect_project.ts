/**
 * A prepared project → everything that its guardrails find, with what the schema tables say.
 *
 * @module
 */
import type { Consistency, Query } from "../catalog/query.ts";
import { tablesOf } from "../catalog/statement/names_of.ts";
import type { Session } from "../db/driver/session.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import { readReplication, type Replication } from "../db/schema/replication.ts";
import type { TableReader } from "../db/schema/table.ts";
import { createDetailsReader, type DetailsReader } from "../db/schema/table_details.ts";
import type { QuerySchema } from "./guardrail.ts";
import { type Inspection, inspectKeyspace, inspectQueries } from "./inspect.ts";

export interface ProjectInspection extends Inspection {
  /** What is wrong with the keyspace, a sentence each. */
  readonly keyspace: readonly string[];
}

/** What the cluster says about the tables of a project, and about its keyspace. */
export interface ProjectSchema {
  readonly tables: ReadonlyMap<Query, QuerySchema["tables"]>;
  /** Null if there is no such keyspace. */
  readonly replication: Replication | null;
}

/**
 * Reads everything that guardrails look at; it may run while the queries are being prepared.
 *
 * @param readTable the one that the queries are prepared with, so that each table is read once
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function readProjectSchema(
  session: Session,
  queries: readonly Query[],
  { keyspace, readTable }: { readonly keyspace: string; readonly readTable: TableReader },
): Promise<ProjectSchema> {
  const readDetails = createDetailsReader(session, readTable);
  const [replication, ...tables] = await Promise.all([
    readReplication(session, keyspace),
    ...queries.map(async (query) => await detailsOf(query, { keyspace, readDetails })),
  ]);
  return { replication, tables: new Map(queries.map((query, index) => [query, tables[index]!])) };
}

/** @param schema of the queries that were prepared */
export function inspectProject(
  prepared: readonly PreparedQuery[],
  { tables, replication }: ProjectSchema,
  { keyspace, consistency }: {
    readonly keyspace: string;
    readonly consistency: Consistency;
  },
): ProjectInspection {
  const schemas = new Map<Query, QuerySchema>(
    prepared.map((each) => [
      each.query,
      { prepared: each, tables: tables.get(each.query) ?? [], consistency },
    ]),
  );
  const queries = prepared.map(({ query }) => query);
  return {
    ...inspectQueries(queries, (query) => schemas.get(query) ?? null),
    keyspace: replication === null ? [] : inspectKeyspace({ name: keyspace, replication }),
  };
}

async function detailsOf(
  { parsed }: Query,
  { keyspace, readDetails }: { readonly keyspace: string; readonly readDetails: DetailsReader },
) {
  return await Promise.all(
    tablesOf(parsed).map((table) => readDetails(table.keyspace?.name ?? keyspace, table.name.name)),
  );
}
