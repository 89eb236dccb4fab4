/**
 * What a write says about columns of its key, in a form that tells apart what may be different rows.
 *
 * @module
 */
import type { Relation, WriteStatement } from "../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../catalog/statement/term.ts";
import { isPure } from "./native_functions.ts";

/**
 * The forms of the values of these columns, in their order: equal forms are equal values.
 *
 * @returns null if not each of them has one value that is known not to change
 */
export function keyForms(write: WriteStatement, columns: readonly string[]): string[] | null {
  const terms = keyTerms(write);
  const forms = columns.flatMap((column) => {
    const term = terms.get(column);
    return term === undefined || !isPure(term) ? [] : [formOf(term)];
  });
  return forms.length === columns.length ? forms : null;
}

/** The term that each column is set or restricted to. */
function keyTerms(write: WriteStatement): ReadonlyMap<string, Term> {
  if (write.kind === "insert") {
    if (write.source.kind === "json") return new Map();
    const { columns, values } = write.source;
    return new Map(pairs(columns, values));
  }
  return new Map(write.where.flatMap((relation): [string, Term][] => {
    if (relation.kind === "tuple_comparison" && relation.comparator === "=") {
      const value = unhinted(relation.value);
      return value.kind === "tuple" ? pairs(relation.columns, value.items) : [];
    }
    if (relation.kind !== "comparison" && relation.kind !== "in") return [];
    if (relation.subject.kind !== "column") return [];
    const term = onlyTerm(relation);
    return term === null ? [] : [[relation.subject.column.name, term]];
  }));
}

function pairs(
  columns: readonly { readonly name: string }[],
  terms: readonly Term[],
): [string, Term][] {
  return columns.flatMap(({ name }, index): [string, Term][] => {
    const term = terms[index];
    return term === undefined ? [] : [[name, term]];
  });
}

/** The term that a column has to equal; null if several are possible. */
function onlyTerm(relation: Extract<Relation, { kind: "comparison" | "in" }>): Term | null {
  if (relation.kind === "comparison") return relation.comparator === "=" ? relation.value : null;
  const { values } = relation;
  return "kind" in values || values.length !== 1 ? null : values[0]!;
}

function formOf(term: Term): string {
  const isPlace = (key: string) => key === "span" || key === "written";
  return JSON.stringify(unhinted(term), (key, value) => isPlace(key) ? undefined : value);
}
