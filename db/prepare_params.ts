/**
 * The parameters of a query with the types that the server gave their markers, and whether what the
 * tags promise of them can be kept.
 *
 * @module
 */
import type { Param, Query, Report, Span } from "../catalog/query.ts";
import { markerRoles, type Role } from "../catalog/roles.ts";
import type { Codec, CqlType } from "../codec/codec.ts";
import { codecFor, UnsupportedTypeError } from "../codec/codec_for.ts";
import { measureOf } from "../codec/measure.ts";
import { type Bucket, bucketFor } from "./bucket_param.ts";
import { cqlTypeOf } from "./cql_type.ts";
import type { PreparedStatement } from "./driver_internals.ts";
import type { Table } from "./table.ts";

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

/** What is known of a statement while its query is prepared. */
export interface StatementContext {
  readonly statement: PreparedStatement;
  readonly table: Table | null;
  readonly report: Report;
}

export function prepareParams(
  query: Query,
  { statement, table, report }: StatementContext,
): PreparedParam[] {
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
    if ((param.min !== null || param.max !== null) && measureOf(codec.type) === null) {
      report({
        span: param.span,
        message: `Cannot bound "${param.name}": values of type "${codec.cql}" have no size`,
        help: 'Remove "min=" and "max="',
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
  ttl: null,
  timestamp: null,
  in: 'list after "IN"',
  subscript: "key inside a collection",
  restriction: 'restriction in "WHERE"',
  condition: 'condition after "IF"',
  other: "part of the statement that needs a value",
};

const BUCKET_HELP =
  'Derive buckets of a "timestamp" or "date" parameter, into a marker of type "text", "date", "timestamp" or "int"';

/** The codec of a type; without one, a mistake at `span`. */
export function codecOrReport(type: CqlType, span: Span, report: Report): [] | [Codec] {
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
