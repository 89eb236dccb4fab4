/**
 * A project that is prepared → everything that its guardrails find, with what the schema tables say.
 *
 * @module
 */
import type { Consistency, Query } from "../catalog/query.ts";
import { tablesOf } from "../catalog/statement/names_of.ts";
import type { Session } from "../db/driver/session.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import { readReplication } from "../db/schema/replication.ts";
import { createDetailsReader, type DetailsReader } from "../db/schema/table_details.ts";
import type { QuerySchema } from "./guardrail.ts";
import { type Inspection, inspectKeyspace, inspectQueries } from "./inspect.ts";

export interface ProjectInspection extends Inspection {
  /** What is wrong with the keyspace, a sentence each. */
  readonly keyspace: readonly string[];
}

/** @throws the driver's errors where the cluster cannot be asked */
export async function inspectProject(
  session: Session,
  prepared: readonly PreparedQuery[],
  { keyspace, consistency }: {
    readonly keyspace: string;
    readonly consistency: Consistency;
  },
): Promise<ProjectInspection> {
  const readDetails = createDetailsReader(session);
  const schemas = new Map<Query, QuerySchema>(
    await Promise.all(
      prepared.map(async (each): Promise<[Query, QuerySchema]> => [each.query, {
        prepared: each,
        tables: await detailsOf(each.query, { keyspace, readDetails }),
        consistency,
      }]),
    ),
  );
  const queries = prepared.map(({ query }) => query);
  const replication = await readReplication(session, keyspace);
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
