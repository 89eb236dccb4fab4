/**
 * A query → a prepared query: the server says the types, the text says the rest, and what does not fit is
 * reported at its place in the file. Everything that a request needs is worked out here, once.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Query } from "../../catalog/query.ts";
import type { Report } from "../../catalog/text/source.ts";
import { isRefusal } from "../driver/failures/refusal.ts";
import type { PreparedStatement } from "../driver/internals/driver_types.ts";
import type { Session } from "../driver/session.ts";
import type { TableReader } from "../schema/table.ts";
import { checkCacheSharing } from "./checks/cache_sharing.ts";
import { checkEntityTagColumn } from "./checks/entity_tag_column.ts";
import { checkColumnRanges } from "./checks/execution/column_ranges.ts";
import { checkConstantIndexes } from "./checks/execution/constant_indexes.ts";
import { checkConstantKeys } from "./checks/execution/constant_keys.ts";
import { checkConstantValues } from "./checks/execution/constant_values.ts";
import { checkConstantVectors } from "./checks/execution/constant_vectors.ts";
import { checkLevelFit } from "./checks/execution/level_fit.ts";
import { checkMixedConditions } from "./checks/execution/mixed_conditions.ts";
import { checkFixedValues } from "./checks/fixed_values.ts";
import { checkJsonVectors } from "./checks/json_vectors.ts";
import { checkMarkerAgreement } from "./checks/marker_agreement.ts";
import { checkMaskedAnswers } from "./checks/masked_answers.ts";
import { checkRawTypes } from "./checks/raw_types.ts";
import { checkSensitiveKeys } from "./checks/sensitive_keys.ts";
import { checkSinglePartition } from "./checks/single_partition.ts";
import { isIdempotent } from "./facts/idempotency.ts";
import { checkOptionalTag, leastWritten } from "./facts/optional_values.ts";
import { jointLimitsOf } from "./facts/joint_limit.ts";
import { isPaged, keyShapeOf, masksKey } from "./facts/paging.ts";
import { partitionKeysOf } from "./facts/partition_keys.ts";
import { repetitionOf } from "./facts/repetition.ts";
import { rowKeyOf } from "./facts/row_key.ts";
import { rowOrigin } from "./facts/row_origin.ts";
import { isShared } from "./facts/sharing.ts";
import type { Unlinked } from "./link_queries.ts";
import { prepareColumns } from "./prepare_columns.ts";
import { prepareCondition } from "./prepare_condition.ts";
import { prepareParams } from "./prepare_params.ts";
import { prepareRouting } from "./prepare_routing.ts";
import { prepareWalk } from "./prepare_walk.ts";
import { computedIn, type PreparedQuery } from "./prepared_query.ts";
import { refusalDiagnostic } from "./refusals/refusal_diagnostic.ts";
import { compileRowReader, createShapeReader } from "./rows/read_rows.ts";
import type { StatementContext } from "./statement_context.ts";
import { readTables } from "./tables.ts";
import { closedView } from "./views.ts";

export interface PrepareOptions {
  readonly readTable: TableReader;
  readonly report: Report;
}

/**
 * Prepares one query. `link_queries.ts` links it with the others.
 *
 * @returns null if the query has a mistake, which is reported
 * @throws the driver's errors if the cluster cannot be asked
 */
export async function prepareQuery(
  session: Session,
  query: Query,
  { readTable, report: reportAny }: PrepareOptions,
): Promise<Unlinked | null> {
  let isMistaken = false;
  const report: Report = (diagnostic) => {
    isMistaken = true;
    reportAny(diagnostic);
  };
  const statement = await prepareStatement(session, query, { readTable, report });
  if (statement === null) return null;
  const { keyspace } = session;
  const tables = await readTables(query.parsed, statement, { keyspace, readTable });
  const context = { statement, table: tables[0] ?? null, tables, report };
  const parts = prepareParts(query, context);
  checkParts(query, parts, context);
  checkLevelFit(query, context, session);
  await checkConstantValues(query, context, session);
  // A query with a mistake may lack something that serving needs, such as a codec for every column.
  if (isMistaken) return null;
  const { params } = parts;
  const { routing, constants } = await prepareRouting(query.parsed, params, { context, session });
  const partitions = partitionKeysOf(query.parsed, { params, constants }, context);
  const routed = session.withRouting(statement, routing);
  const prepared = assemble(query, { ...parts, partitions }, { ...context, statement: routed });
  return { prepared: query.masks.length === 0 ? prepared : closedView(prepared), tables };
}

/** Null if the server refuses the statement, which is reported. */
async function prepareStatement(
  session: Session,
  query: Query,
  { readTable, report }: PrepareOptions,
): Promise<PreparedStatement | null> {
  try {
    return await session.prepare(query.statement);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { keyspace } = session;
    report(await refusalDiagnostic(query, error, { keyspace, readTable }));
    return null;
  }
}

/** The parts of a query that the checks look at. */
type QueryParts = Pick<
  PreparedQuery,
  "params" | "columns" | "condition" | "walk" | "isPaged" | "partitions"
>;

/** Each part reports only its own mistakes. */
function prepareParts(query: Query, context: StatementContext): QueryParts {
  const params = prepareParams(query, context);
  checkOptionalTag(query, params, context.report);
  return {
    params,
    columns: prepareColumns(query, context),
    condition: prepareCondition(query, params, context),
    walk: prepareWalk(query, params, context),
    isPaged: isPaged(query, context),
    partitions: partitionKeysOf(query.parsed, { params, constants: new Map() }, context),
  };
}

function checkParts(query: Query, parts: QueryParts, context: StatementContext): void {
  const { report } = context;
  checkMarkerAgreement(query, context);
  checkEntityTagColumn(query, parts.columns, report);
  checkRawTypes(query, parts, report);
  checkMaskedAnswers(query, parts, report);
  checkFixedValues(parts, report);
  checkJsonVectors(query, context);
  checkColumnRanges(query, context);
  checkConstantIndexes(query, context);
  checkConstantKeys(query, context);
  checkConstantVectors(query, context);
  checkSinglePartition(query, context);
  checkMixedConditions(query, context);
  checkCacheSharing(query, report);
  checkSensitiveKeys(query, parts.partitions, report);
}

/** Adds what follows from the parts of a query without mistakes. */
function assemble(
  query: Query,
  parts: QueryParts,
  context: StatementContext,
): PreparedQuery {
  const { params, columns } = parts;
  const { statement, table, tables } = context;
  const idempotent = isIdempotent(query.parsed, tables);
  return {
    query,
    statement,
    params,
    leastWritten: leastWritten(query, params),
    jointLimits: jointLimitsOf(query.parsed, params, tables),
    columns,
    origin: rowOrigin(query.parsed, context),
    condition: parts.condition,
    walk: parts.walk,
    rowReader: compileRowReader(statement.columns, {
      isComputed: (index) => columns[index]?.computed ?? false,
    }),
    // The row of a condition that did not hold has columns that nobody asked for.
    shapeReader: createShapeReader({
      skipsUnknown: query.conditional,
      computed: computedIn(columns),
    }),
    show: (value) => value,
    idempotent,
    shared: isShared(query),
    repetition: repetitionOf({ query, params, tables, idempotent }),
    // Known once the other queries are prepared.
    location: null,
    entityTag: null,
    writes: query.verb !== "select",
    isPaged: parts.isPaged,
    keyShape: keyShapeOf(table),
    masksKey: masksKey(query.masks, table),
    rowKey: idempotent && query.mode === "exec" ? rowKeyOf(query.parsed, params, table) : null,
    partitions: parts.partitions,
    bind(values) {
      const bound = new Array<Buffer | null | undefined>(statement.binds.length);
      for (const { param, positions } of params) {
        const value = values[param.name];
        for (const position of positions) bound[position] = value;
      }
      return bound;
    },
  };
}
