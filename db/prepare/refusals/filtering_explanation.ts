/**
 * Why Cassandra would have to filter: which column is not a way to find rows, and what to model instead.
 *
 * @module
 */
import { columnsOfRelation } from "../../../catalog/statement/names_of.ts";
import type { Relation, Statement } from "../../../catalog/statement/statement.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import type { Span } from "../../../catalog/text/source.ts";
import type { Table } from "../../schema/table.ts";

const FILTERING = /^Cannot execute this query as it might involve data filtering/;

/** Where the mistake is, and what to do about it. */
export interface FilteringExplanation {
  readonly span: Span;
  readonly help: string;
}

/** Null if the server refuses for another reason, or the statement cannot be read. */
export function explainFiltering(
  message: string,
  statement: Statement,
  table: Table | null,
): FilteringExplanation | null {
  if (!FILTERING.test(message) || statement.kind !== "select" || table === null) return null;
  const { where } = statement;
  const beside = where.find((relation) => !isOf(relation, [...table.keys]));
  if (beside !== undefined) {
    const [name] = columnsOfRelation(beside);
    return {
      span: beside.span,
      help: `${waysOf(table)}. ${instead(beside, name === undefined ? "it" : quoted(name.name))}`,
    };
  }
  const found = where.filter((relation) => isEquality(relation));
  const missing = table.partitionKey.filter((column) =>
    !found.some((relation) => isOf(relation, [column]))
  );
  const first = where.find((relation) =>
    isOf(relation, table.partitionKey) && !isEquality(relation)
  );
  return {
    span: (first ?? where[0])?.span ?? statement.span,
    help: missing.length === 0
      ? waysOf(table)
      : `${waysOf(table)}. Restrict ${
        listed(missing)
      } by "=" or IN too, add a table whose partition key is what the caller knows, or read the whole table in ranges of token() with "@scan"`,
  };
}

function instead(relation: Relation, column: string): string {
  switch (relation.kind) {
    case "in":
      return `${column} is not part of it: add a table whose partition key is ${column}. An index serves "=" and ranges, not IN`;
    case "contains":
    case "contains_key":
      return `${column} is not part of it: add a storage-attached index on it, or a table with a row for each member`;
    default:
      return `${column} is not part of it: add a table whose key begins with ${column} and write to both in a batch, or a storage-attached index, which serves best together with the whole partition key. ALLOW FILTERING would read every row`;
  }
}

/** How rows of a table are found. */
function waysOf({ partitionKey, clusteringKey }: Table): string {
  const then = clusteringKey.map(({ name }) => name);
  return `Cassandra finds rows by the whole partition key ${listed(partitionKey)}${
    then.length === 0 ? "" : ` and then by ${listed(then)}, from the first on`
  }`;
}

function isOf(relation: Relation, columns: readonly string[]): boolean {
  const names = columnsOfRelation(relation);
  return names.length > 0 && names.every(({ name }) => columns.includes(name));
}

function isEquality(relation: Relation): boolean {
  return relation.kind === "in" ||
    relation.kind === "comparison" && relation.comparator === "=";
}

function listed(columns: readonly string[]): string {
  return columns.map(quoted).join(", ");
}

function quoted(column: string): string {
  const name = writtenName(column);
  return name.startsWith('"') ? name : `"${name}"`;
}
