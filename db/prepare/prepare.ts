/**
 * Queries → prepared queries: the server says the types, the text says the rest, and what does not fit
 * is reported at its place in the file. Everything that a request needs is worked out here, once.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Query } from "../../catalog/query.ts";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import type { Diagnostic, Report } from "../../catalog/text/source.ts";
import type { PreparedStatement } from "../driver/internals/driver_types.ts";
import { isRefusal } from "../driver/failures/refusal.ts";
import type { Session } from "../driver/session.ts";
import { createTableReader, type TableReader } from "../schema/table.ts";
import { checkCachedRead } from "./checks/cached_read.ts";
import { checkEntityTagColumn } from "./checks/entity_tag_column.ts";
import { checkConstantValues } from "./checks/constant_values.ts";
import { checkRawTypes } from "./checks/raw_types.ts";
import { checkJsonVectors } from "./checks/json_vectors.ts";
import { checkMarkerAgreement } from "./checks/marker_agreement.ts";
import { checkMaskFit } from "./checks/mask_fit.ts";
import { checkMaskedAnswers } from "./checks/masked_answers.ts";
import { checkRowNames } from "./checks/row_names.ts";
import { checkScanRing } from "./checks/scan_ring.ts";
import { checkSensitiveColumns } from "./checks/sensitive_columns.ts";
import { checkSinglePartition } from "./checks/single_partition.ts";
import { isIdempotent } from "./facts/idempotency.ts";
import { checkOptionalTag, leastWritten } from "./facts/optional_values.ts";
import { isPaged, keyShapeOf } from "./facts/paging.ts";
import { partitionKeysOf } from "./facts/partition_keys.ts";
import { fewAtOnce } from "./few_at_once.ts";
import { linkQueries, type Unlinked } from "./link_queries.ts";
import { prepareColumns } from "./prepare_columns.ts";
import { prepareCondition } from "./prepare_condition.ts";
import { prepareParams } from "./prepare_params.ts";
import { prepareWalk } from "./prepare_walk.ts";
import type { PreparedQuery } from "./prepared_query.ts";
import { compileRowReader, createShapeReader } from "./rows/read_rows.ts";
import { refusalDiagnostic } from "./refusals/refusal_diagnostic.ts";
import { repetitionOf } from "./facts/repetition.ts";
import { rowKeyOf } from "./facts/row_key.ts";
import { rowOrigin } from "./facts/row_origin.ts";
import { isShared } from "./facts/sharing.ts";
import { readTables } from "./tables.ts";
import { closedView } from "./views.ts";

/** Of the queries of one process: after a change of the schema, every replica prepares all of its own. */
const PREPARED_AT_ONCE = 32;

/**
 * Prepares all queries on the cluster.
 *
 * @throws {CatalogError} with every query that the server refuses or whose tags contradict its types
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function prepareQueries(
  session: Session,
  queries: readonly Query[],
): Promise<PreparedQuery[]> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const readTable = createTableReader(session);
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

async function prepareQuery(
  session: Session,
  query: Query,
  { readTable, report: reportAny }: { readonly readTable: TableReader; readonly report: Report },
): Promise<Unlinked | null> {
  let isMistaken = false;
  const report: Report = (diagnostic) => {
    isMistaken = true;
    reportAny(diagnostic);
  };
  let statement: PreparedStatement;
  try {
    statement = await session.prepare(query.statement);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { keyspace } = session;
    report(await refusalDiagnostic(query, error, { keyspace, readTable }));
    return null;
  }
  const { keyspace } = session;
  const tables = await readTables(query.parsed, statement, { keyspace, readTable });
  const table = tables[0] ?? null;
  const context = { statement, table, tables, report };
  const params = prepareParams(query, context);
  checkOptionalTag(query, params, report);
  const columns = prepareColumns(query, context);
  const condition = prepareCondition(query, params, context);
  const walk = prepareWalk(query, params, context);
  const pages = isPaged(query, context);
  checkMarkerAgreement(query, context);
  checkEntityTagColumn(query, columns, report);
  checkRawTypes(query, { columns, params }, report);
  checkMaskedAnswers(query, { columns, condition }, report);
  checkJsonVectors(query, context);
  checkSinglePartition(query, context);
  checkCachedRead(query, report);
  await checkConstantValues(query, context, session);
  const partitions = partitionKeysOf(query.parsed, params, context);
  checkSensitiveColumns(query, partitions, report);
  // What has a mistake need not have a form that could be served, such as a codec for every column.
  if (isMistaken) return null;
  const idempotent = isIdempotent(query.parsed, tables);
  const prepared: PreparedQuery = {
    query,
    statement,
    params,
    leastWritten: leastWritten(query, params),
    columns,
    origin: rowOrigin(query.parsed, context),
    condition,
    walk,
    rowReader: compileRowReader(statement.columns, {
      isComputed: (index) => columns[index]?.computed ?? false,
    }),
    shapeReader: createShapeReader(),
    show: (value) => value,
    idempotent,
    shared: isShared(query),
    repetition: repetitionOf({ query, params, tables, idempotent }),
    // Known once the other queries are prepared.
    location: null,
    entityTag: null,
    writes: query.verb !== "select",
    isPaged: pages,
    keyShape: keyShapeOf(table),
    rowKey: idempotent && query.mode === "exec" ? rowKeyOf(query.parsed, params, table) : null,
    partitions,
    bind(values) {
      const bound = new Array<Buffer | null | undefined>(statement.binds.length);
      for (const { param, positions } of params) {
        const value = values[param.name];
        for (const position of positions) bound[position] = value;
      }
      return bound;
    },
  };
  return { prepared: query.masks.length === 0 ? prepared : closedView(prepared), tables };
}
