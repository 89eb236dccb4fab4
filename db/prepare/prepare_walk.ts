/**
 * `@walk` against the types of its markers and the order of its table: the bucket must be part of the
 * partition key, or the walk would not go from partition to partition.
 *
 * @module
 */
import type { Query, Walk } from "../../catalog/query.ts";
import { aggregatesAllRows } from "../../catalog/statement/aggregate.ts";
import { equalTerms } from "../../catalog/statement/equal_terms.ts";
import type { Relation, SelectStatement, Statement } from "../../catalog/statement/statement.ts";
import { type Term, walkTerm } from "../../catalog/statement/term.ts";
import type { Codec } from "../../codec/codec.ts";
import type { Table } from "../schema/table.ts";
import { markerOf } from "./facts/write_markers.ts";
import { type Bucketing, bucketingOf, type BucketMistake } from "./bucket_param.ts";
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
  const isAlong = table === null
    ? bucket.positions.every((position) => statement.partitionKey.includes(position))
    : isWholeKey({ walk, bucket, table, statement: query.parsed });
  if (!isAlong) {
    report({
      span: walk.span,
      message: `Cannot walk along "${walk.bucket}": it is not part of the whole partition key`,
      help: 'Restrict every column of the partition key by "=", the bucket among them',
    });
  }
  for (const mistake of rangeMistakes(walk, { statement: query.parsed, table })) {
    report({ span: walk.span, ...mistake });
  }
  const bucketing = bucketingBetween(walk, {
    bucket: bucket.codec,
    from: from.codec,
    to: to.codec,
  });
  if (!("message" in bucketing)) {
    return { ...walk, bucketing, excludesEnd: excludesEnd(walk, query.parsed) };
  }
  report({ span: walk.span, ...bucketing });
  return null;
}

/**
 * Whether the statement reads a single partition for each bucket: every column of the partition key has one value, and
 * the bucket is that of one of them and of nothing else. The routing key of the server does not say so: it is empty if
 * the key has a constant, and of `IN (:a, :b)` it has the last.
 */
function isWholeKey(
  { walk, bucket, table, statement }: {
    readonly walk: Walk;
    readonly bucket: PreparedParam;
    readonly table: Table;
    readonly statement: Statement;
  },
): boolean {
  // Any other statement is reported beside this.
  if (statement.kind !== "select") return true;
  const ofKey = equalTerms(statement.where)
    .filter(({ column }) => table.partitionKey.includes(column.name));
  const fixed = new Set(ofKey.map(({ column }) => column.name));
  const byBucket = ofKey.filter(({ term }) => term !== null && markerOf(term) === walk.bucket);
  return table.partitionKey.every((column) => fixed.has(column)) &&
    byBucket.length === bucket.positions.length;
}

/** What stands against going through the buckets in this order, from one end to the other. */
function rangeMistakes(
  walk: Walk,
  { statement, table }: { readonly statement: Statement; readonly table: Table | null },
): BucketMistake[] {
  if (statement.kind !== "select") {
    return [{
      message:
        "Cannot walk: the order of the rows is not known, since the statement cannot be read",
      help: "Remove the tag, or write the statement in a form that this release knows",
    }];
  }
  const mistakes: BucketMistake[] = [];
  if (statement.limit !== null) {
    mistakes.push({
      message: "Cannot walk with a LIMIT: it would apply to each bucket by itself",
      help: 'Leave it out: "@page" bounds a page',
    });
  }
  if (aggregatesAllRows(statement)) {
    mistakes.push({
      message: "Cannot walk with an aggregate of all rows: it would be of each bucket by itself",
      help:
        'Group by the whole partition key and select the bucket, as in "SELECT month, count(*) … GROUP BY tenant_id, month", or select the rows themselves',
    });
  }
  const ends = [[walk.from, ">"], [walk.to, "<"]] as const;
  const restricted = ends.map(([marker, sign]) => {
    const columns = statement.where.flatMap((relation) => columnsBoundBy(relation, marker, sign));
    if (columns.length === 0) {
      mistakes.push({
        message:
          `Cannot walk: ":${marker}" does not stand by itself behind "${sign}" or "${sign}="`,
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
  const before = table.clusteringKey.slice(0, table.clusteringKey.indexOf(clustering));
  const fixed = new Set(equalTerms(statement.where).map(({ column }) => column.name));
  const free = before.find(({ name }) => !fixed.has(name));
  if (free !== undefined) {
    return [{
      message:
        `Cannot walk along "${clustering.name}": the rows of a bucket come by "${free.name}" first`,
      help:
        `Restrict "${free.name}" by "=", or read a table whose clustering key begins with "${clustering.name}"`,
    }];
  }
  const order = walk.order.toUpperCase();
  if ((clustering.order === order) !== isReversed(table, statement)) return [];
  return [{
    message:
      `Cannot walk in the order "${walk.order}": the rows of a bucket come in the other order`,
    help: `Name the order of the rows, or say "ORDER BY … ${order}" in the statement`,
  }];
}

/** The column that a relation bounds on one side by a marker, even if the column stands in parentheses. */
function columnsBoundBy(relation: Relation, marker: string, sign: "<" | ">"): readonly string[] {
  if (relation.kind !== "comparison" && relation.kind !== "tuple_comparison") return [];
  const isBound = relation.comparator.startsWith(sign) &&
    isTimeOf(marker, relation.value);
  if (!isBound) return [];
  if (relation.kind === "comparison") {
    return relation.subject.kind === "column" ? [relation.subject.column.name] : [];
  }
  return relation.columns.length === 1 ? relation.columns.map(({ name }) => name) : [];
}

/** Whether each bound at the end `to` is a `<` of what is not later than the end. */
function excludesEnd({ to }: Walk, statement: Statement): boolean {
  if (statement.kind !== "select") return false;
  const bounds = statement.where.filter((relation) => columnsBoundBy(relation, to, "<").length > 0);
  return bounds.length > 0 &&
    bounds.every((relation) =>
      "comparator" in relation && relation.comparator === "<" &&
      walkTerm(relation.value).every((term) => !isLastOfInstant(term))
    );
}

/** Whether a term is the last UUID of a millisecond. */
function isLastOfInstant(term: Term): boolean {
  return term.kind === "call" && /^max_?timeuuid$/.test(term.function.name.name);
}

/** Functions whose results are of the time that they are called with. */
const OF_THE_SAME_TIME = [
  "min_timeuuid",
  "max_timeuuid",
  "mintimeuuid",
  "maxtimeuuid",
  "to_timestamp",
  "totimestamp",
  "to_date",
  "todate",
  "to_unix_timestamp",
  "tounixtimestamp",
];

/** Whether a term is the marker, or a value of the same time; a calculation may have moved that. */
function isTimeOf(marker: string, term: Term): boolean {
  switch (term.kind) {
    case "marker":
      return term.name === marker;
    case "hint":
    case "cast":
      return isTimeOf(marker, term.operand);
    case "tuple":
      return term.items.length === 1 && isTimeOf(marker, term.items[0]!);
    case "call":
      return OF_THE_SAME_TIME.includes(term.function.name.name) && term.arguments.length === 1 &&
        isTimeOf(marker, term.arguments[0]!);
    default:
      return false;
  }
}

/** Whether rows come against the order of their table: either all its columns are reversed, or none. */
function isReversed({ clusteringKey }: Table, { orderBy: [first] }: SelectStatement): boolean {
  if (first === undefined) return false;
  const ordered = clusteringKey.find(({ name }) => name === first.column.name);
  return ordered !== undefined && ordered.order !== first.direction.toUpperCase();
}

/** How times become buckets, or what stands against it. */
function bucketingBetween(
  walk: Walk,
  { bucket, from, to }: { bucket: Codec; from: Codec; to: Codec },
): Bucketing | BucketMistake {
  if (from.cql !== to.cql) {
    return {
      message: `Cannot walk from a "${from.cql}" to a "${to.cql}"`,
      help: "Use markers of one type for both ends",
    };
  }
  return bucketingOf({ of: from, into: bucket, spec: walk });
}
