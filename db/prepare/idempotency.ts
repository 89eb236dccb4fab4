/**
 * Whether running a statement twice does the same as running it once, so that it may be sent again
 * when nobody knows whether it arrived. Where the text leaves a doubt, it does not.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "../../catalog/text/tokenize.ts";
import type { CqlType } from "../../codec/codec.ts";
import { primitives } from "../../codec/primitives.ts";

/** The type of a column of the statement's table; null where it is not known. */
export type ColumnKind = (column: string) => CqlType["kind"] | null;

/**
 * Cassandra's own functions that give the same for the same arguments, by the classes of its source
 * that define them. Not among them are those of `UuidFcts` and, in `TimeFcts`, what tells the time.
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

/** Keywords that a parenthesis may follow, and that no function can be named (`Parser.g`). */
const RESERVED = ["AND", "IN", "WHERE"];

/**
 * Not idempotent are lightweight transactions (the second would meet what the first wrote), counters,
 * appending to and deleting from a list by index, values that the server makes up, and those of
 * user-defined functions, which may do so too.
 */
export function isIdempotent(
  query: Pick<Query, "verb" | "conditional" | "statementSpan">,
  columnKind: ColumnKind,
): boolean {
  if (query.verb === "select") return true;
  if (query.conditional) return false;
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  return tokens.every((_, index) =>
    !callsImpure(tokens, index) &&
    !changesInPlace(tokens, index, columnKind)
  );
}

function callsImpure(tokens: readonly Token[], index: number): boolean {
  const name = nameOf(tokens[index]);
  if (name === null || tokens[index + 1]?.text !== "(" || !mayCall(tokens, index)) return false;
  const keyspace = tokens[index - 1]?.text === "." ? nameOf(tokens[index - 2]) : "system";
  return keyspace !== "system" || !PURE.has(name);
}

/** Whether a name before a parenthesis can be that of a function: no keyword, nor a table's. */
function mayCall(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (RESERVED.some((keyword) => isKeyword(token, keyword))) return false;
  const before = tokens[index - 1];
  // The columns of an INSERT come first. A type in parentheses may stand before a call as well.
  if (isKeyword(token, "VALUES") && before?.text === ")") return false;
  return !isKeyword(before?.text === "." ? tokens[index - 3] : before, "INTO");
}

/** `a = a + …`, `a = … + a`, `a += …` and `a[…]`: harmless only where `a` is a set or a map. */
function changesInPlace(
  tokens: readonly Token[],
  index: number,
  columnKind: ColumnKind,
): boolean {
  const column = nameOf(tokens[index]);
  if (column === null) return false;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  const operand = isSign(before) || isSign(after);
  const subscripted = after?.text === "[";
  if (!operand && !subscripted) return false;
  const kind = columnKind(column);
  return kind !== "set" && kind !== "map";
}

function isSign(token: Token | undefined): boolean {
  return token?.text === "+" || token?.text === "-";
}
