/**
 * Queries → prepared queries: the server says the types, the text says the rest, and what does not fit
 * is reported at its place in the file. Everything that a request needs is worked out here, once.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { CatalogError } from "../catalog/diagnose.ts";
import type { Diagnostic, Query, Report } from "../catalog/query.ts";
import { suggest } from "../catalog/suggest.ts";
import type { Codec, CqlType } from "../codec/codec.ts";
import { checkBatch } from "./check_batch.ts";
import { cqlTypeOf } from "./cql_type.ts";
import type { BoundValues, PreparedStatement } from "./driver_types.ts";
import { type ColumnKind, isIdempotent } from "./idempotency.ts";
import {
  codecOrReport,
  type PreparedParam,
  prepareParams,
  type StatementContext,
} from "./prepare_params.ts";
import { type PreparedWalk, prepareWalk } from "./prepare_walk.ts";
import {
  compileRowReader,
  createShapeReader,
  type RowReader,
  type ShapeReader,
} from "./read_rows.ts";
import { isRefusal, refusalDiagnostic } from "./refusal.ts";
import { type RowKey, rowKeyOf } from "./row_key.ts";
import type { Session } from "./session.ts";
import { type Table, tableOf } from "./table.ts";

/** A column of a query's rows. */
export interface PreparedColumn {
  readonly name: string;
  readonly codec: Codec;
  /** Key columns never are. */
  readonly nullable: boolean;
}

/** Encoded values by parameter name; null deletes, a missing one is UNSET. */
export type EncodedValues = Readonly<Record<string, Buffer | null | undefined>>;

/** A query that is ready to run. */
export interface PreparedQuery {
  readonly query: Query;
  readonly statement: PreparedStatement;
  readonly params: readonly PreparedParam[];
  /**
   * Of a SELECT, its rows. Of an `:applied` query, the columns that the current row may have where the
   * condition did not hold. Else empty.
   */
  readonly columns: readonly PreparedColumn[];
  /** How the buckets of a range are gone through; null without `@walk`. */
  readonly walk: PreparedWalk | null;
  readonly readRows: RowReader;
  readonly readShape: ShapeReader;
  readonly idempotent: boolean;
  readonly writes: boolean;
  /** Tells rows apart that may be written together; null where each has to be written alone. */
  readonly rowKey: RowKey | null;
  /** Values by position. */
  bind(values: EncodedValues): BoundValues;
}

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
  const prepared = await Promise.all(
    queries.map((query) => prepareQuery(session, query, report)),
  );
  if (diagnostics.length > 0) throw new CatalogError(diagnostics);
  return prepared.filter((query) => query !== null);
}

async function prepareQuery(
  session: Session,
  query: Query,
  report: Report,
): Promise<PreparedQuery | null> {
  let statement: PreparedStatement;
  try {
    statement = await session.prepare(query.statement);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    report(await refusalDiagnostic(session, query, error));
    return null;
  }
  const table = await tableOf(session, statement);
  const context = { statement, table, report };
  const params = prepareParams(query, context);
  const columns = prepareColumns(query, context);
  const walk = prepareWalk(query, params, context);
  checkEtag(query, columns, report);
  if (query.verb === "batch") await checkBatch(session, query, report);
  const idempotent = isIdempotent(query, columnKindOf(query, table));
  return {
    query,
    statement,
    params,
    columns,
    walk,
    readRows: compileRowReader(statement.columns),
    readShape: createShapeReader(),
    idempotent,
    writes: query.verb !== "select",
    rowKey: idempotent && query.mode === "exec" ? rowKeyOf(query, params, table) : null,
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

function prepareColumns(
  query: Query,
  { statement, table, report }: StatementContext,
): PreparedColumn[] {
  if (query.mode === "applied") {
    return [...table?.types ?? []].flatMap(([name, type]) =>
      codecOrReport(type, query.statementSpan, report).map((codec) => ({
        name,
        codec,
        nullable: true,
      }))
    );
  }
  const twice = statement.columns.find(({ name }, index) =>
    statement.columns.slice(0, index).some((before) => before.name === name)
  );
  if (twice !== undefined) {
    report({
      span: query.statementSpan,
      message: `Two columns of the result are called "${twice.name}"`,
      help: 'Give one of them another name with "AS"',
    });
  }
  return statement.columns.flatMap(({ name, type }) =>
    codecOrReport(cqlTypeOf(type), query.statementSpan, report).map((codec) => ({
      name,
      codec,
      nullable: !table?.keys.has(name),
    }))
  );
}

/** Types whose JSON is text that fits between the quotes of an entity tag. */
const ETAG_KINDS: readonly CqlType["kind"][] = [
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "uuid",
  "timeuuid",
  "timestamp",
];

function checkEtag(
  { etag }: Query,
  columns: readonly PreparedColumn[],
  report: Report,
): void {
  if (etag === null) return;
  const column = columns.find(({ name }) => name === etag.column);
  if (column === undefined) {
    const names = columns.map(({ name }) => name);
    report({
      span: etag.span,
      message: `Cannot use "${etag.column}" as entity tag: the statement does not select it`,
      help: suggest(etag.column, names),
    });
  } else if (!ETAG_KINDS.includes(column.codec.type.kind)) {
    report({
      span: etag.span,
      message: `Cannot use "${etag.column}" of type "${column.codec.cql}" as entity tag`,
      help: `Use a column of one of the types ${ETAG_KINDS.join(", ")}`,
    });
  }
}

/** A batch may write to several tables, of which only one is known. */
function columnKindOf({ verb }: Query, table: Table | null): ColumnKind {
  return (column) => verb === "batch" ? null : table?.types.get(column)?.kind ?? null;
}
