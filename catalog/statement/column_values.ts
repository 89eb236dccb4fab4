/**
 * What a statement writes to columns, or compares them with: whole values, each with its column.
 *
 * @module
 */

import { type Condition, type Relation, type Statement, writesOf } from "./statement.ts";
import type { Assignment, SelectStatement, WriteStatement } from "./statement.ts";
import type { Term } from "./term.ts";

export interface ColumnValue {
  readonly column: string;
  readonly value: Term;
  /** Whether the column is, or has to be, this value; else it is compared or combined with it. */
  readonly isEqual: boolean;
  /** Whether it is in the `IF`, where the column is only compared with it. */
  readonly isCondition: boolean;
  /** The index of its write in a batch; else 0. */
  readonly statement: number;
}

/** In the order of the text; none of a statement that cannot be read. */
export function columnValues(statement: Statement): ColumnValue[] {
  const places = statement.kind === "select" ? [statement] : writesOf(statement);
  return places.flatMap((place, index) =>
    valuesIn(place).map((value) => ({ ...value, statement: index }))
  );
}

type Value = Omit<ColumnValue, "statement" | "isCondition">;

function valuesIn(place: SelectStatement | WriteStatement): Omit<ColumnValue, "statement">[] {
  const values = place.kind === "insert"
    ? place.source.kind === "json" ? [] : valuesInserted(place.source)
    : [
      ...place.kind === "update" ? place.assignments.flatMap(valueAssigned) : [],
      ...place.where.flatMap(valuesOfRelation),
    ];
  const conditions = place.kind === "select" ? [] : valuesOfCondition(place.condition);
  return [
    ...values.map((value) => ({ ...value, isCondition: false })),
    ...conditions.map((value) => ({ ...value, isCondition: true })),
  ];
}

function valuesInserted(
  { columns, values }: Extract<(WriteStatement & { kind: "insert" })["source"], { kind: "values" }>,
): Value[] {
  return columns.flatMap(({ name: column }, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ column, value, isEqual: true }];
  });
}

/** What is subtracted from a map is a set of its keys, not a value of the column. */
function valueAssigned({ kind, column, value }: Assignment): Value[] {
  return kind === "set" || kind === "add" || kind === "prepend"
    ? [{ column: column.name, value, isEqual: kind === "set" }]
    : [];
}

function valuesOfCondition(condition: Condition | null): Value[] {
  return condition?.kind === "relations" ? condition.relations.flatMap(valuesOfRelation) : [];
}

function valuesOfRelation(relation: Relation): Value[] {
  if (relation.kind !== "comparison" && relation.kind !== "in") return [];
  const { subject } = relation;
  if (subject.kind !== "column") return [];
  const column = subject.column.name;
  if (relation.kind === "comparison") {
    return [{ column, value: relation.value, isEqual: relation.comparator === "=" }];
  }
  if ("kind" in relation.values) return [];
  return relation.values.map((value) => ({ column, value, isEqual: true }));
}
