/**
 * What a write says about columns of its key, in a form that tells apart what may be different rows.
 *
 * @module
 */
import { rowTerms } from "../../../catalog/statement/equal_terms.ts";
import type { WriteStatement } from "../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../catalog/statement/term.ts";
import { isPure } from "./native_functions.ts";

/**
 * The forms of the values of these columns, in their order: equal forms are equal values.
 *
 * @returns null if not each of them has one value that is known not to change
 */
export function keyForms(write: WriteStatement, columns: readonly string[]): string[] | null {
  const terms = new Map(rowTerms(write).map(({ column, term }) => [column.name, term]));
  const forms = columns.flatMap((column) => {
    const term = terms.get(column);
    return term === undefined || term === null || !isPure(term) ? [] : [formOf(term)];
  });
  return forms.length === columns.length ? forms : null;
}

function formOf(term: Term): string {
  const isPlace = (key: string) => key === "span" || key === "written";
  return JSON.stringify(unhinted(term), (key, value) => isPlace(key) ? undefined : value);
}
