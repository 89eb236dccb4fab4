/**
 * Which partitions a statement reads or writes, as far as its text and its parameters say. The audit log
 * records them.
 *
 * @module
 */
import {
  type EqualTerm,
  equalTerms,
  insertedTerms,
  isListOfMany,
} from "../../../catalog/statement/equal_terms.ts";
import { tablesOf } from "../../../catalog/statement/names_of.ts";
import {
  type Relation,
  type Statement,
  writesOf,
  type WriteStatement,
} from "../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../catalog/statement/term.ts";
import type { Json } from "../../../codec/codec.ts";
import type { Table } from "../../schema/table.ts";
import type { PartitionColumn, PreparedParam, PreparedPartition } from "../prepared_query.ts";
import type { StatementContext } from "../statement_context.ts";

/** What is known of the terms of a statement. */
interface KnownTerms {
  readonly params: readonly PreparedParam[];
  /** What Cassandra reads constants as; of any other, the text says it. */
  readonly constants: ReadonlyMap<Term, Json>;
}

/** One for each table that a statement names: a batch has one for each of its writes. */
export function partitionKeysOf(
  parsed: Statement,
  { params, constants }: KnownTerms,
  { statement, tables }: Pick<StatementContext, "statement" | "tables">,
): PreparedPartition[] {
  if (parsed.kind === "opaque") {
    if (statement.table === null) return [];
    const columns = tables[0]?.partitionKey ?? [];
    const key = statement.partitionKey.flatMap((position, index): PartitionColumn[] => {
      const column = columns[index];
      const param = params.find(({ positions }) => positions.includes(position));
      return column === undefined || param === undefined
        ? []
        : [{ column, isOneOf: false, sources: [{ param }] }];
    });
    return [{ table: statement.table, columns, key }];
  }
  const restrictions = restrictionsOf(parsed);
  return tablesOf(parsed).map(({ name: { name: table } }, index) => {
    const columns = tables[index]?.partitionKey ?? [];
    return {
      table,
      columns,
      key: keyOf(tables[index] ?? null, restrictions[index], { params, constants }),
    };
  });
}

/** The values that a column may have, if there are several. */
export interface Restriction {
  readonly isOneOf: boolean;
  readonly terms: readonly Term[];
}

/** By column. */
export type Restrictions = ReadonlyMap<string, Restriction>;

/** What a statement says of the values of columns: for each of `tablesOf()`. */
export function restrictionsOf(parsed: Statement): Restrictions[] {
  return parsed.kind === "select" ? [restrictedBy(parsed.where)] : writesOf(parsed).map(valuesOf);
}

function keyOf(
  table: Table | null,
  restrictions: Restrictions | undefined,
  known: KnownTerms,
): PartitionColumn[] {
  return (table?.partitionKey ?? []).flatMap((column): PartitionColumn[] => {
    const restriction = restrictions?.get(column);
    if (restriction === undefined) return [];
    const sources = restriction.terms.map((term) => sourceOf(term, known));
    // Values that the statement works out are not known here.
    if (sources.some((source) => source === null)) return [];
    return [{
      column,
      isOneOf: restriction.isOneOf,
      sources: sources.filter((source) => source !== null),
    }];
  });
}

function valuesOf(write: WriteStatement): Restrictions {
  return write.kind === "insert"
    ? new Map(insertedTerms(write).flatMap(singleValue))
    : restrictedBy(write.where);
}

function singleValue({ column, term }: EqualTerm): [string, Restriction][] {
  return term === null ? [] : [[column.name, { isOneOf: false, terms: [term] }]];
}

function restrictedBy(where: readonly Relation[]): Restrictions {
  return new Map(where.flatMap((relation): [string, Restriction][] => {
    if (relation.kind !== "in" || !isListOfMany(relation)) {
      return equalTerms([relation]).flatMap(singleValue);
    }
    const { subject, values } = relation;
    if (subject.kind !== "column") return [];
    const terms = "kind" in values ? [values] : values;
    return [[subject.column.name, { isOneOf: true, terms }]];
  }));
}

/** Null if only Cassandra knows the value. */
function sourceOf(
  term: Term,
  { params, constants }: KnownTerms,
): PartitionColumn["sources"][number] | null {
  const whole = unhinted(term);
  const constant = constants.get(whole);
  if (constant !== undefined) return { literal: constant };
  if (whole.kind === "marker") {
    const param = params.find(({ param }) => param.name === whole.name);
    return param === undefined ? null : { param };
  }
  if (whole.kind !== "literal") return null;
  switch (whole.type) {
    case "boolean":
      return { literal: whole.value === "true" };
    case "integer":
      return Number.isSafeInteger(Number(whole.value))
        ? { literal: Number(whole.value) }
        : { literal: whole.value };
    default:
      return { literal: whole.value };
  }
}
