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
import { type Bucket, bucketFor } from "./bucket_param.ts";
import { checkParam } from "./check_param.ts";
import { cqlTypeOf } from "./cql_type.ts";
import type { PreparedStatement } from "./driver_types.ts";
import type { Table } from "./table.ts";

/** A parameter with the type that the server gave its marker. */
export interface PreparedParam {
  readonly param: Param;
  readonly codec: Codec;
  /** Where its value is bound; a marker may stand in several places. */
  readonly positions: readonly number[];
  /** Whether null may be sent, which deletes the value. */
  readonly nullable: boolean;
  /** Whether it stands for `USING TIMESTAMP`, in microseconds since 1970. */
  readonly isWriteTime: boolean;
  /** Whether it is written to a vector that is indexed, which must be finite. */
  readonly isIndexedVector: boolean;
  /** For a `bucket:` parameter: how its bytes come from those of the parameter that it is derived of. */
  readonly bucket: Bucket | null;
}

/** What is known of a statement while its query is prepared. */
export interface StatementContext {
  readonly statement: PreparedStatement;
  readonly table: Table | null;
  readonly report: Report;
}

export function prepareParams(query: Query, context: StatementContext): PreparedParam[] {
  const roles = markerRoles(query);
  const prepared = query.params.flatMap((param) => {
    const own = roles.filter(({ marker }) => marker === param.name).map(({ role }) => role);
    return prepareParam(query, { ...context, param, roles: own }) ?? [];
  });
  return prepared.map((each) => withBucket(each, { prepared, report: context.report }));
}

function prepareParam(
  query: Query,
  context: StatementContext & { readonly param: Param; readonly roles: readonly Role[] },
): PreparedParam | null {
  const { param, roles, statement: { binds }, table, report } = context;
  const positions = binds.flatMap(({ name }, index) => name === param.name ? [index] : []);
  const [codec, ...others] = positions.flatMap((position) =>
    codecOrReport(cqlTypeOf(binds[position]!.type), param.span, report)
  );
  if (codec === undefined) return null;
  checkParam({ query, param, codecs: [codec, ...others], roles, table, report });
  return {
    param,
    codec,
    positions,
    nullable: param.optional && param.source.in === "body" &&
      roles.every(({ kind }) => kind === "value"),
    isIndexedVector: codec.type.kind === "vector" &&
      roles.some((role) => role.kind === "value" && table?.indexed.has(role.column)),
    isWriteTime: roles.some(({ kind }) => kind === "timestamp"),
    bucket: null,
  };
}

/** Ties a `bucket:` parameter to the one that it is derived of. */
function withBucket(
  each: PreparedParam,
  { prepared, report }: { prepared: readonly PreparedParam[]; report: Report },
): PreparedParam {
  const { source, span } = each.param;
  if (source.in !== "bucket") return each;
  const of = prepared.find(({ param }) => param.name === source.of);
  if (of === undefined) return each;
  const bucket = bucketFor({ of: of.codec, into: each.codec, by: source.by });
  if (typeof bucket !== "string") return { ...each, bucket };
  report({
    span,
    message: bucket,
    help:
      'Derive buckets of a "timestamp" or "date" parameter, into a marker of type "text", "date", "timestamp" or "int"',
  });
  return each;
}

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
