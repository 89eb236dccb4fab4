/**
 * `@row` across queries: rows of one name have the same columns, of the same types. A column may be null in one
 * query and never in another, for example because it is a clustering column in only one of the tables.
 *
 * @module
 */
import { placeOf } from "../../../catalog/text/diagnose.ts";
import type { ReportOf } from "../link_queries.ts";
import { type PreparedColumn, type PreparedQuery, typeOfColumn } from "../prepared_query.ts";

export function checkRowNames(prepared: readonly PreparedQuery[], report: ReportOf): void {
  const firsts = new Map<string, PreparedQuery>();
  for (const each of prepared) {
    const { row } = each.query;
    if (row === null) continue;
    const first = firsts.get(row.name);
    if (first === undefined) {
      firsts.set(row.name, each);
      continue;
    }
    const difference = differenceOf(each, first);
    if (difference === null) continue;
    report([each.query, first.query], {
      span: row.span,
      message: `Cannot name two different rows "${row.name}": ${difference}`,
      help: `Choose another name, or select the same columns; the first is at ${
        placeOf(first.query.row!.span)
      }`,
    });
  }
}

/** The first column in which the rows of two queries differ; null if they agree. */
function differenceOf(one: PreparedQuery, other: PreparedQuery): string | null {
  return columnOfOne(one, other) ?? columnOfOne(other, one) ?? columnOfTwoTypes(one, other);
}

function columnOfOne({ query, columns }: PreparedQuery, other: PreparedQuery): string | null {
  const column = columns.find(({ name }) => columnOf(other, name) === undefined);
  return column === undefined ? null : `only "${query.name}" has "${column.name}"`;
}

function columnOfTwoTypes({ columns }: PreparedQuery, other: PreparedQuery): string | null {
  for (const column of columns) {
    const its = columnOf(other, column.name)!;
    if (typeOfColumn(column) === typeOfColumn(its)) continue;
    return `"${column.name}" is "${column.codec.cql}" here and "${its.codec.cql}" in "${other.query.name}"`;
  }
  return null;
}

function columnOf({ columns }: PreparedQuery, name: string): PreparedColumn | undefined {
  return columns.find((column) => column.name === name);
}
