/**
 * Which columns each write or SELECT of a statement binds, and to what.
 *
 * @module
 */
import { equalTerms, insertedTerms } from "../catalog/statement/equal_terms.ts";
import { columnsOfRelation } from "../catalog/statement/names_of.ts";
import {
  type Relation,
  type SelectStatement,
  type Statement,
  writesOf,
  type WriteStatement,
} from "../catalog/statement/statement.ts";
import { markersIn, type Term } from "../catalog/statement/term.ts";
import type { Span } from "../catalog/text/source.ts";

/** A column that a statement binds. */
export interface Restriction {
  readonly column: string;
  /**
   * Whether the column has to equal a value, be one of several, or anything else; whether a row is
   * written with it; or whether it is in an `IF`.
   */
  readonly kind: "equal" | "in" | "other" | "written" | "condition";
  /** The markers in what it is bound to. */
  readonly markers: readonly string[];
  readonly span: Span;
}

/** The parts of a statement that read or write one table each: for a batch, its writes; else itself. */
export function partsOf(statement: Statement): readonly (SelectStatement | WriteStatement)[] {
  return statement.kind === "select" ? [statement] : writesOf(statement);
}

/** Every column that a part of a statement binds. */
export function restrictionsOf(part: SelectStatement | WriteStatement): Restriction[] {
  if (part.kind === "select") return part.where.flatMap(ofRelation);
  const conditions = part.condition?.kind === "relations" ? part.condition.relations : [];
  const compared = conditions.flatMap(ofRelation).map((restriction) => ({
    ...restriction,
    kind: "condition" as const,
  }));
  return [
    ...part.kind === "insert"
      ? insertedTerms(part).map(({ column: { name, span }, term }) => ({
        column: name,
        kind: "written" as const,
        markers: namesOfMarkers([term]),
        span,
      }))
      : part.where.flatMap(ofRelation),
    ...compared,
  ];
}

/** Whether a part of a statement names each partition that it is about. */
export function isWithinPartitions(
  part: SelectStatement | WriteStatement,
  partitionKey: readonly string[],
): boolean {
  const named = new Set(
    restrictionsOf(part)
      .filter(({ kind }) => kind === "equal" || kind === "in" || kind === "written")
      .map(({ column }) => column),
  );
  return partitionKey.every((column) => named.has(column));
}

function ofRelation(relation: Relation): Restriction[] {
  const fixed = equalTerms([relation]);
  if (fixed.length > 0) {
    return fixed.map(({ column: { name, span }, term }) => ({
      column: name,
      kind: "equal",
      markers: namesOfMarkers(term === null ? valuesOf(relation) : [term]),
      span,
    }));
  }
  const markers = namesOfMarkers(valuesOf(relation));
  return columnsOfRelation(relation).map(({ name, span }) => ({
    column: name,
    kind: relation.kind === "in" || relation.kind === "tuple_in" ? "in" : "other",
    markers,
    span,
  }));
}

function valuesOf(relation: Relation): readonly Term[] {
  switch (relation.kind) {
    case "in":
    case "tuple_in":
      return "kind" in relation.values ? [relation.values] : relation.values;
    case "not_null":
      return [];
    default:
      return [relation.value];
  }
}

function namesOfMarkers(terms: readonly Term[]): string[] {
  return terms.flatMap(markersIn).flatMap(({ name }) => name === null ? [] : [name]);
}
