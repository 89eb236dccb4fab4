/**
 * Cassandra's own functions: which of them are deterministic, and which may be aggregates. It is unknown what
 * a user-defined function does.
 *
 * @module
 */
import { isAggregate } from "../../../catalog/statement/aggregate.ts";
import { type Call, type Term, walkTerm } from "../../../catalog/statement/term.ts";
import { primitives } from "../../../codec/primitives.ts";

/**
 * Functions of one row that give the same for the same arguments, by the classes of Cassandra's source
 * that define them. Functions that make up an identifier or tell the time are not among them.
 */
const PURE: ReadonlySet<string> = new Set([
  // BytesConversionFcts
  ...[...Object.keys(primitives), "varchar"].flatMap((type) => [
    `${type}_as_blob`,
    `${type}asblob`,
    `blob_as_${type}`,
    `blobas${type}`,
  ]),
  // CollectionFcts
  "collection_avg",
  "collection_count",
  "collection_max",
  "collection_min",
  "collection_sum",
  "map_keys",
  "map_values",
  // FromJsonFct and ToJsonFct
  "from_json",
  "fromjson",
  "to_json",
  "tojson",
  // MaskingFcts
  "mask_default",
  "mask_hash",
  "mask_inner",
  "mask_null",
  "mask_outer",
  "mask_replace",
  // MathFcts
  "abs",
  "exp",
  "log",
  "log10",
  "round",
  // TimeFcts
  "floor",
  "max_timeuuid",
  "maxtimeuuid",
  "min_timeuuid",
  "mintimeuuid",
  "to_date",
  "to_timestamp",
  "to_unix_timestamp",
  "todate",
  "totimestamp",
  "tounixtimestamp",
  // TokenFct
  "token",
  // VectorFcts
  "similarity_cosine",
  "similarity_dot_product",
  "similarity_euclidean",
]);

/** Functions of one row that make something up, or that tell the time: `UuidFcts` and `TimeFcts`. */
const IMPURE: ReadonlySet<string> = new Set([
  "current_date",
  "current_time",
  "current_timestamp",
  "current_timeuuid",
  "currentdate",
  "currenttime",
  "currenttimestamp",
  "currenttimeuuid",
  "now",
  "uuid",
]);

/** Whether a term has the same value each time, as far as its markers have. */
export function isPure(term: Term): boolean {
  return walkTerm(term).every((inner) =>
    inner.kind !== "call" || PURE.has(nativeName(inner) ?? "")
  );
}

/** Whether a term has the same value for all who ask at the same time: over the rows, too. */
export function isRepeatable(term: Term): boolean {
  return walkTerm(term).every((inner) =>
    inner.kind !== "call" || PURE.has(nativeName(inner) ?? "") || isAggregate(inner)
  );
}

/** Whether a selector may make one row of many: an aggregate of Cassandra's own, or of a user. */
export function mayAggregate(term: Term): boolean {
  return walkTerm(term).some((inner) => {
    if (inner.kind !== "call") return inner.kind === "count_rows";
    const name = nativeName(inner) ?? "";
    return !PURE.has(name) && !IMPURE.has(name);
  });
}

/** Whether a selector counts, so that its value is never null. */
export function isCount(term: Term): boolean {
  return term.kind === "count_rows" || term.kind === "call" && nativeName(term) === "count";
}

/** Whether a selector is the token of a partition key. */
export function isToken(term: Term): term is Call {
  return term.kind === "call" && nativeName(term) === "token";
}

/** The name of one of Cassandra's own functions; null for a function of a keyspace. */
function nativeName({ function: { keyspace, name } }: Call): string | null {
  return keyspace === null || keyspace.name === "system" ? name.name : null;
}
