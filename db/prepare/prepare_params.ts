/**
 * The parameters of a query with the types that the server gave their markers, and whether the promises of
 * their tags can be kept.
 *
 * @module
 */
import type { Param, Query } from "../../catalog/query.ts";
import { markerRoles, type Role } from "../../catalog/statement/marker_roles.ts";
import { CLOCK } from "../../catalog/tags/input/sources/bucket_source.ts";
import type { Report, Span } from "../../catalog/text/source.ts";
import type { Codec, CqlType } from "../../codec/codec.ts";
import { codecFor, UnsupportedTypeError, variantCodecFor } from "../../codec/codec_for.ts";
import type { Variant } from "../../codec/variant.ts";
import { cqlTypeOf } from "../driver/statements/cql_type.ts";
import type { Similarity } from "../schema/table.ts";
import { deriveBucket } from "./bucket_param.ts";
import { checkGeneratedType } from "./checks/generated_type.ts";
import { checkParamFit } from "./checks/param_fit.ts";
import { maskOfMarker, nullFor } from "./column_mask.ts";
import { lengthLimitOf } from "./facts/length_limit.ts";
import { isReplaced, withOptional } from "./facts/optional_values.ts";
import { timeuuidBounds } from "./facts/timeuuid_bounds.ts";
import type { PreparedParam } from "./prepared_query.ts";
import type { MarkerPlace, StatementContext } from "./statement_context.ts";

export function prepareParams(query: Query, context: StatementContext): PreparedParam[] {
  const roles = markerRoles(query.parsed);
  const prepared = query.params.flatMap((param) => {
    const own = roles.filter(({ marker }) => marker.name === param.name)
      .map(({ role, statement }) => ({ role, table: context.tables[statement] ?? null }));
    return prepareParam(query, { ...context, param, places: own }) ?? [];
  });
  return prepared.map((each) => withBucket(each, { prepared, report: context.report }));
}

function prepareParam(
  query: Query,
  context: StatementContext & { readonly param: Param; readonly places: readonly MarkerPlace[] },
): PreparedParam | null {
  const { places, statement: { binds }, report } = context;
  const isOrigin = isOriginOfBucket(context.param, query);
  const param = withImpliedBounds(
    isOrigin ? context.param : withOptional(context.param, query, places),
    places,
  );
  const positions = binds.flatMap(({ name }, index) => name === param.name ? [index] : []);
  const [codec, ...others] = positions.flatMap((position) =>
    codecOrReport(cqlTypeOf(binds[position]!.type), param.span, {
      report,
      truncated: param.precision === "truncate",
      encoding: param.encoding,
    })
  );
  if (codec === undefined) return null;
  checkGeneratedType(param, codec, report);
  checkParamFit({ query, param, codecs: [codec, ...others], places, report });
  return {
    param,
    codec,
    positions,
    nullable: param.source.in === "body" && !isOrigin && takesNull(param, places),
    similarity: similarityOf(codec, places),
    isTimeuuidBound: timeuuidBounds(query.parsed).has(param.name),
    isWriteTime: places.some(({ role }) => role.kind === "timestamp"),
    lengthLimit: lengthLimitOf(places, codec),
    mask: maskOfMarker(query, param.name),
    bucket: null,
  };
}

/** Whether a bucket follows from the value. Without it, the bucket would be missing, or that of another time. */
function isOriginOfBucket({ name }: Param, { params }: Query): boolean {
  return params.some(({ source }) => source.in === "bucket" && source.of === name);
}

/** The least that `LIMIT`, `USING TTL` and the index of a list can be. */
const LEAST: Partial<Record<Role["kind"], string>> = { limit: "1", ttl: "0", subscript: "0" };

/** Cassandra would refuse smaller values in words that no caller understands. */
function withImpliedBounds(param: Param, places: readonly MarkerPlace[]): Param {
  const [least] = places.flatMap((place) => isKeyOfMap(place) ? [] : LEAST[place.role.kind] ?? []);
  return least === undefined || param.min !== null ? param : { ...param, min: least };
}

/** Whether it may be any key: not the index of a list. */
function isKeyOfMap({ role, table }: MarkerPlace): boolean {
  return role.kind === "subscript" && table?.types.get(role.column)?.kind !== "list";
}

/** Whether null may be sent, wherever the marker stands. */
function takesNull({ optional }: Param, places: readonly MarkerPlace[]): boolean {
  return places.length > 0 && places.every((place) => {
    const { role, table } = place;
    switch (role.kind) {
      case "value":
        // Null deletes the value, if the caller may also leave it out. No counter can be deleted.
        return optional && isReplaced(place) && table?.types.get(role.column)?.kind !== "counter";
      case "part":
        // As where the whole value is bound, any field may be null; none can be left unset.
        return role.isField;
      case "condition":
        return role.equality;
      default:
        return false;
    }
  });
}

/**
 * Of several, and where nobody knows, the cosine, which takes the least. Only vectors of `float` can be indexed.
 */
function similarityOf({ type }: Codec, places: readonly MarkerPlace[]): Similarity | null {
  if (type.kind !== "vector" || type.of.kind !== "float") return null;
  const all = places.flatMap(({ role, table }) =>
    role.kind === "value" || role.kind === "ann" ? table?.similarities.get(role.column) ?? [] : []
  );
  if (places.some(({ role }) => role.kind === "unknown")) return "COSINE";
  return all.find((similarity) => similarity === "COSINE") ?? all[0] ?? null;
}

/** How the request's own time is encoded. */
export const CLOCK_CODEC = codecFor({ kind: "timestamp" });

/** Ties a `bucket:` parameter to the parameter that it is derived from. */
function withBucket(
  each: PreparedParam,
  { prepared, report }: { prepared: readonly PreparedParam[]; report: Report },
): PreparedParam {
  const { source, span } = each.param;
  if (source.in !== "bucket") return each;
  const origin = prepared.find(({ param }) => param.name === source.of);
  const of = origin?.codec ?? (source.of === CLOCK ? CLOCK_CODEC : null);
  if (of === null) return each;
  const bucket = deriveBucket({ of, into: each.codec, spec: source });
  const mask = nullFor([each.mask, origin?.mask].flatMap((mask) => mask ?? []));
  if (typeof bucket === "function") return { ...each, bucket, mask };
  report({ span, ...bucket });
  return each;
}

/** How a type without a codec is reported. */
export interface CodecReport extends Variant {
  readonly report: Report;
  readonly help?: string;
}

/** The codec of a type or of a variant of it; without one, a mistake at `span`. */
export function codecOrReport(
  type: CqlType,
  span: Span,
  { report, help = "Remove the column from the statement", ...variant }: CodecReport,
): [] | [Codec] {
  try {
    return [variantCodecFor(type, variant)];
  } catch (error) {
    if (!(error instanceof UnsupportedTypeError)) throw error;
    report({ span, message: error.message, help });
    return [];
  }
}
