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
import { linkQueries } from "./link_queries.ts";
import { prepareQuery } from "./prepare_query.ts";
import type { PreparedQuery } from "./prepared_query.ts";

/** For one process: after a change of the schema, every replica prepares all of its queries. */
const PREPARED_AT_ONCE = 32;

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
): Promise<PreparedQuery[]> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  if (queries.some(({ scan }) => scan !== null)) {
    const partitioner = await readPartitioner(session);
    for (const query of queries) checkScanRing(query, partitioner, report);
  }
  const attempts = await fewAtOnce(
    queries,
    (query) => prepareQuery(session, query, { readTable, report }),
    { limit: PREPARED_AT_ONCE },
  );
  const found = attempts.filter((query) => query !== null);
  const prepared = linkQueries(found, report);
  checkRowNames(prepared, report);
  if (diagnostics.length === 0) checkMaskFit(found, report);
  if (diagnostics.length > 0) throw new CatalogError(diagnostics);
  return prepared;
}

/** The class of the cluster's partitioner. */
async function readPartitioner(session: Session): Promise<string> {
  const [row] = await session.query("SELECT partitioner FROM system.local", []);
  return String(row?.partitioner);
}
