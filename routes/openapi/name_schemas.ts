/**
 * The names of queries' schemas among the components of the OpenAPI document, so that a generated client says
 * `Video` and not `ListVideosResponse200ItemsItem`. A name follows only from the query and its table: another
 * query changes it only if it answers with the same row.
 *
 * @module
 */
import { OWN_SCHEMAS } from "../../catalog/tags/answer/row_tag.ts";
import { toPascalCase } from "../../catalog/text/pascal_case.ts";
import {
  type PreparedColumn,
  type PreparedQuery,
  typeOfColumn,
} from "../../db/prepare/prepared_query.ts";
import { rowNameOf } from "./row_name.ts";

/** The names of the schemas of one query. */
export interface SchemaNames {
  /** Null if the query answers with no rows. */
  readonly row: RowSchemaName | null;
  /** What it takes in the body. */
  readonly body: string;
  /** The existing row, as a problem shows it. */
  readonly current: string;
  /** The problem that shows it. */
  readonly conflict: string;
  /** The values that a write answers with. */
  readonly written: string;
}

export interface RowSchemaName {
  readonly name: string;
  /** A page of these rows. */
  readonly page: string;
  /** Of all rows of this name: a column may be null if it may be in one of them. */
  readonly columns: readonly PreparedColumn[];
}

/**
 * The names, for every query that has a route.
 *
 * @param taken the names of other schemas in the document
 */
export function nameSchemas(
  prepared: readonly PreparedQuery[],
  taken: Iterable<string>,
): ReadonlyMap<PreparedQuery, SchemaNames> {
  const names = new Names([...OWN_SCHEMAS, ...taken]);
  const routed = prepared.filter(({ query }) => query.route !== null);
  const rows = nameRows(
    routed.filter(({ query: { verb, raw } }) => verb === "select" && raw === null),
    names,
  );
  return new Map(routed.map((each) => {
    const name = toPascalCase(each.query.name);
    return [each, {
      row: rows.get(each) ?? null,
      body: names.take(`${name}Body`),
      current: names.take(`${name}Current`),
      conflict: names.take(`${name}Conflict`),
      written: names.take(`${name}Written`),
    }];
  }));
}

/** Names of one document, each given once. */
class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** The name, or where it is taken, the name with a number. */
  take(name: string): string {
    let free = name;
    for (let count = 2; this.#taken.has(free); count++) free = `${name}${count}`;
    this.#taken.add(free);
    return free;
  }
}

function nameRows(
  prepared: readonly PreparedQuery[],
  names: Names,
): Map<PreparedQuery, RowSchemaName> {
  const groups = [...Map.groupBy(prepared, rowKeyOf).values()];
  // The names that the files choose come first; derived names give way to them.
  const chosen = new Map(groups.flatMap(withChosenNames));
  const rows = Map.groupBy(chosen.keys(), (each) => chosen.get(each)!);
  for (const name of rows.keys()) names.take(name);
  for (const group of groups) {
    if (!chosen.has(group[0]!)) rows.set(derivedName(group, names), group);
  }
  return new Map([...rows].flatMap(([name, group]) => {
    const page = names.take(`${name.replace(/Row$/, "")}Page`);
    const row = { name, page, columns: mergeColumns(group) };
    return group.map((each) => [each, row] as const);
  }));
}

/** Equal for rows of the same columns and the same table, which mean the same. */
function rowKeyOf({ query, origin, columns }: PreparedQuery): string {
  const shape = columns
    .map((column) => [column.name, typeOfColumn(column), column.nullable, maskOf(column)] as const)
    .toSorted(([one], [other]) => one < other ? -1 : 1);
  return JSON.stringify([origin?.table ?? { query: query.name }, shape]);
}

function maskOf({ mask }: PreparedColumn): unknown {
  return mask === null ? null : [mask.with, mask.unless];
}

/** Names of equal rows, if one of their queries has `@row`: the others have the first such name. */
function withChosenNames(group: readonly PreparedQuery[]): [PreparedQuery, string][] {
  const first = group.find(({ query }) => query.row !== null)?.query.row;
  if (first === undefined || first === null) return [];
  return group.map((each) => [each, (each.query.row ?? first).name]);
}

/** The name of the table for its rows as a whole, and else of the first query. */
function derivedName(group: readonly PreparedQuery[], names: Names): string {
  const whole = group.find(({ origin }) => origin?.isWhole)?.origin ?? null;
  const ofTable = whole === null ? "" : rowNameOf(whole.table);
  if (ofTable !== "" && !names.has(ofTable)) return names.take(ofTable);
  return names.take(`${toPascalCase(group[0]!.query.name)}Row`);
}

function mergeColumns(group: readonly PreparedQuery[]): readonly PreparedColumn[] {
  return group[0]!.columns.map((column) => ({
    ...column,
    nullable: named(group, column).some(({ nullable }) => nullable),
    mask: named(group, column).find(({ mask }) => mask !== null)?.mask ?? null,
  }));
}

/** The columns of that name in the rows of a group. */
function named(group: readonly PreparedQuery[], { name }: PreparedColumn): PreparedColumn[] {
  return group.flatMap(({ columns }) => columns.filter((column) => column.name === name));
}
