/**
 * Queries → prepared queries: the server says the types, the text says the rest, and what does not fit
 * is reported at its place in the file. Everything that a request needs is worked out here, once.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { CatalogError } from "../catalog/diagnose.ts";
import type { Diagnostic, Param, Query, Report, Span } from "../catalog/query.ts";
import { markerRoles, type Role } from "../catalog/roles.ts";
import type { Codec, CqlType } from "../codec/codec.ts";
import { codecFor, UnsupportedTypeError } from "../codec/codec_for.ts";
import { type Bucket, bucketFor } from "./bucket_param.ts";
import { cqlTypeOf } from "./cql_type.ts";
import type { BoundValues, DriverColumn, PreparedStatement } from "./driver_internals.ts";
import { isIdempotent } from "./idempotency.ts";
import { compileRowReader, type RowReader } from "./read_rows.ts";
import { isRefusal, refusalDiagnostic } from "./refusal.ts";
import type { Session } from "./session.ts";

/** A parameter with the type that the server gave its marker. */
export interface PreparedParam {
  readonly param: Param;
  readonly codec: Codec;
  /** Where its value is bound; a marker may stand in several places. */
  readonly positions: readonly number[];
  /** Whether null may be sent, which deletes the value. */
  readonly nullable: boolean;
  /** For a `bucket:` parameter: how its bytes come from those of the parameter that it is derived of. */
  readonly bucket: Bucket | null;
}

/** A column of a query's rows. */
export interface PreparedColumn {
  readonly name: string;
  readonly codec: Codec;
  /** Key columns never are. */
  readonly nullable: boolean;
}

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
  readonly readRows: RowReader;
  readonly idempotent: boolean;
  readonly writes: boolean;
  /**
   * Encoded values by parameter name → values by position. A name that is missing is bound UNSET.
   */
  bind(values: Readonly<Record<string, Buffer | null | undefined>>): BoundValues;
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
  const params = prepareParams(query, { statement, table, report });
  const columns = prepareColumns(query, { statement, table, report });
  return {
    query,
    statement,
    params,
    columns,
    readRows: compileRowReader(statement.columns),
    idempotent: isIdempotent(query, (column) => table?.types.get(column)?.kind ?? null),
    writes: query.verb !== "select",
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

/** What a query needs to know of its table. */
interface Table {
  readonly types: ReadonlyMap<string, CqlType>;
  readonly keys: ReadonlySet<string>;
}

interface Context {
  readonly statement: PreparedStatement;
  readonly table: Table | null;
  readonly report: Report;
}

async function tableOf(session: Session, statement: PreparedStatement): Promise<Table | null> {
  if (statement.keyspace === null || statement.table === null) return null;
  const table = await session.table(statement.keyspace, statement.table);
  if (table === null) return null;
  return {
    types: new Map(
      table.columns.map(({ name, type }) => [name, cqlTypeOf(type as DriverColumn["type"])]),
    ),
    keys: new Set([...table.partitionKeys, ...table.clusteringKeys].map(({ name }) => name)),
  };
}

function prepareParams(query: Query, { statement, table, report }: Context): PreparedParam[] {
  const roles = markerRoles(query);
  const prepared = query.params.flatMap((param): PreparedParam[] => {
    const positions = statement.binds.flatMap(({ name }, index) =>
      name === param.name ? [index] : []
    );
    const types = positions.map((position) => cqlTypeOf(statement.binds[position]!.type));
    const codecs = types.flatMap((type) => codecOrReport(type, param.span, report));
    const codec = codecs[0];
    if (codec === undefined) return [];
    const other = codecs.find(({ cql }) => cql !== codec.cql);
    if (other !== undefined) {
      report({
        span: query.markers.find(({ name }) => name === param.name)?.spans[1] ?? param.span,
        message: `Marker ":${param.name}" is used as "${codec.cql}" and as "${other.cql}"`,
        help: "Give each type a marker of its own",
      });
    }
    if (param.default !== null && !codec.text.safeParse(param.default).success) {
      report({
        span: param.span,
        message: `Default "${param.default}" of "${param.name}" is not a "${codec.cql}"`,
        help: "Write the default as a query parameter of that type would be written",
      });
    }
    if (param.by !== null && codec.type.kind !== "text" && codec.type.kind !== "ascii") {
      report({
        span: param.span,
        message:
          `Parameter "${param.name}" of type "${codec.cql}" cannot be the name of a ${param.by}`,
        help: 'Remove "by=", which is for markers of type "text"',
      });
    }
    const optionalWhere = roles.filter(({ marker }) => marker === param.name).map(({ role }) =>
      role.kind === "value" && table?.keys.has(role.column)
        ? `key column "${role.column}"`
        : UNSETTABLE[role.kind]
    );
    const obstacle = optionalWhere.find((place) => place !== null);
    if (param.optional && obstacle) {
      report({
        span: param.span,
        message: `Parameter "${param.name}" cannot be optional: it stands for a ${obstacle}`,
        help: 'Remove the "?", or write a second query that does without it',
      });
    }
    const nullable = param.optional && param.source.in === "body" &&
      roles.every(({ marker, role }) => marker !== param.name || role.kind === "value");
    return [{ param, codec, positions, nullable, bucket: null }];
  });
  return prepared.map((each): PreparedParam => {
    const { source } = each.param;
    if (source.in !== "bucket") return each;
    const of = prepared.find(({ param }) => param.name === source.of);
    if (of === undefined) return each;
    if (of.param.optional) {
      report({
        span: each.param.span,
        message: `Cannot derive "${each.param.name}" from "${source.of}", which is optional`,
        help: `Make "${source.of}" required: remove its "?"`,
      });
    }
    const bucket = bucketFor({ of: of.codec, into: each.codec, by: source.by });
    if (typeof bucket !== "string") return { ...each, bucket };
    report({ span: each.param.span, message: bucket, help: BUCKET_HELP });
    return each;
  });
}

/** Where the server refuses UNSET, in words; null where it takes it. */
const UNSETTABLE: Readonly<Record<Role["kind"], string | null>> = {
  value: null,
  limit: null,
  using: null,
  subscript: "key inside a collection",
  restriction: 'restriction in "WHERE"',
  condition: 'condition after "IF"',
  other: "part of the statement that needs a value",
};

const BUCKET_HELP =
  'Derive buckets of a "timestamp" or "date" parameter, into a marker of type "text", "date", "timestamp" or "int"';

function prepareColumns(query: Query, { statement, table, report }: Context): PreparedColumn[] {
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

function codecOrReport(type: CqlType, span: Span, report: Report): [] | [Codec] {
  try {
    return [codecFor(type)];
  } catch (error) {
    if (!(error instanceof UnsupportedTypeError)) throw error;
    report({
      span,
      message: error.message,
      help: "Leave the column out of the statement, or serve it by a hand-written route",
    });
    return [];
  }
}
