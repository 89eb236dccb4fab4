/**
 * `@walk` against the types of its markers and the order of its table: the bucket must be part of the
 * partition key, or the walk would not go from partition to partition.
 *
 * @module
 */
import type { Query, Walk } from "../../catalog/query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "../../catalog/text/tokenize.ts";
import type { Codec } from "../../codec/codec.ts";
import type { Table } from "../schema/table.ts";
import { bucketEncoder, instantReader } from "./bucket_param.ts";
import type { PreparedParam, PreparedWalk } from "./prepared_query.ts";
import type { StatementContext } from "./statement_context.ts";

export function prepareWalk(
  query: Query,
  params: readonly PreparedParam[],
  { statement, table, report }: StatementContext,
): PreparedWalk | null {
  const { walk } = query;
  if (walk === null) return null;
  const find = (name: string) => params.find(({ param }) => param.name === name);
  const [bucket, from, to] = [find(walk.bucket), find(walk.from), find(walk.to)];
  // A marker without a codec is reported already.
  if (bucket === undefined || from === undefined || to === undefined) return null;
  if (!bucket.positions.every((position) => statement.partitionKey.includes(position))) {
    report({
      span: walk.span,
      message: `Cannot walk along "${walk.bucket}": it is not part of the whole partition key`,
      help: 'Restrict every column of the partition key by "=", the bucket among them',
    });
  }
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  for (const mistake of rangeMistakes(walk, { tokens, table })) {
    report({ span: walk.span, ...mistake });
  }
  const typed = withTypes(walk, { bucket: bucket.codec, from: from.codec, to: to.codec });
  if (typeof typed !== "string") return typed;
  report({
    span: walk.span,
    message: typed,
    help:
      'Walk along "timestamp" or "date" markers, with a bucket of type "text", "date", "timestamp" or "int"',
  });
  return null;
}

interface Mistake {
  readonly message: string;
  readonly help: string;
}

/** What stands against going through the buckets in this order, from the one end to the other. */
function rangeMistakes(
  walk: Walk,
  { tokens, table }: { tokens: readonly Token[]; table: Table | null },
): Mistake[] {
  const mistakes: Mistake[] = [];
  const limit = tokens.findIndex((token) => isKeyword(token, "LIMIT"));
  if (limit !== -1 && !isKeyword(tokens[limit - 1], "PARTITION")) {
    mistakes.push({
      message: `Cannot walk with a LIMIT: it would hold for each ${walk.by} anew`,
      help: 'Leave it out: "@page" bounds a page',
    });
  }
  const ends = [[walk.from, ">"], [walk.to, "<"]] as const;
  const restricted = ends.map(([marker, sign]) => {
    const columns = restrictionsBy(marker, tokens)
      .flatMap(({ column, operator }) => operator.startsWith(sign) ? column : []);
    if (columns.length === 0) {
      mistakes.push({
        message: `Cannot walk: ":${marker}" does not stand behind "${sign}" or "${sign}="`,
        help: 'Restrict a clustering column by both ends, as in "at >= :since AND at < :until"',
      });
    }
    return columns;
  });
  if (mistakes.length > 0 || table === null) return mistakes;
  const clustering = table.clusteringKey.find(({ name }) =>
    restricted.every((columns) => columns.includes(name))
  );
  if (clustering === undefined) {
    return [{
      message: `Cannot walk: its ends do not restrict the same clustering column`,
      help: 'Restrict a clustering column by both ends, as in "at >= :since AND at < :until"',
    }];
  }
  const order = walk.order.toUpperCase();
  if ((clustering.order === order) !== isReversed(table, tokens)) return [];
  return [{
    message: `Cannot walk in the order "${walk.order}": the rows of a bucket come in the other one`,
    help: `Name the order of the rows, or say "ORDER BY … ${order}" in the statement`,
  }];
}

interface Restriction {
  readonly column: string;
  readonly operator: string;
}

/** The columns that are compared with a marker, or with what a function or a cast makes of it. */
function restrictionsBy(marker: string, tokens: readonly Token[]): Restriction[] {
  return tokens.flatMap(({ kind, text }, index) => {
    if (kind !== "marker" || text.slice(1).trim() !== marker) return [];
    let end = index;
    while (end > 0 && !isOperator(tokens[end - 1]) && !isKeyword(tokens[end - 1], "AND")) end--;
    let start = end;
    while (isOperator(tokens[start - 1])) start--;
    const operator = tokens.slice(start, end).map(({ text }) => text).join("");
    const before = tokens.slice(0, start);
    const isAlone = before.at(-1)?.text === ")" && before.at(-3)?.text === "(";
    const column = nameOf(before.at(isAlone ? -2 : -1));
    return column === null || operator === "" ? [] : [{ column, operator }];
  });
}

function isOperator(token: Token | undefined): boolean {
  return token !== undefined && token.kind === "punctuation" && "<>=".includes(token.text);
}

/** Whether rows come against the order of their table: all its columns are turned round, or none. */
function isReversed({ clusteringKey }: Table, tokens: readonly Token[]): boolean {
  const by = tokens.findIndex((token, index) =>
    isKeyword(token, "BY") && isKeyword(tokens[index - 1], "ORDER")
  );
  if (by === -1) return false;
  const ordered = clusteringKey.find(({ name }) => name === nameOf(tokens[by + 1]));
  const order = isKeyword(tokens[by + 2], "DESC") ? "DESC" : "ASC";
  return ordered !== undefined && ordered.order !== order;
}

/** The walk with its types, or what stands against it. */
function withTypes(
  walk: Walk,
  { bucket, from, to }: { bucket: Codec; from: Codec; to: Codec },
): PreparedWalk | string {
  if (from.cql !== to.cql) return `Cannot walk from a "${from.cql}" to a "${to.cql}"`;
  const instantOf = instantReader(from);
  if (instantOf === null) return `Cannot walk along values of type "${from.cql}"`;
  const encode = bucketEncoder(bucket, walk.by);
  return typeof encode === "string" ? encode : { ...walk, instantOf, encode };
}
