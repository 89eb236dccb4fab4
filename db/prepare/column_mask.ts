/**
 * How a value of an answer is hidden, and from whom: by the `@mask` tags of the columns that the value is made
 * of. A plain column is masked as its tag says. The result of an expression might show what the mask hides, so
 * it is null.
 *
 * @module
 */
import type { MaskKind, Query } from "../../catalog/query.ts";
import { columnsOfMarker } from "../../catalog/statement/marker_columns.ts";
import { type Term, walkTerm } from "../../catalog/statement/term.ts";

/** A value that only callers with all of these scopes see. */
export interface ColumnMask {
  /** What other callers get. */
  readonly with: MaskKind;
  readonly unless: readonly string[];
}

type Masks = Pick<Query, "masks">;

/** Null for a column that everyone sees. */
export function maskOfColumn({ masks }: Masks, column: string): ColumnMask | null {
  return masks.find((mask) => mask.column === column) ?? null;
}

/** Of a selected term. */
export function maskOfTerm(query: Masks, term: Term): ColumnMask | null {
  if (term.kind === "column") return maskOfColumn(query, term.column.name);
  const columns = [...walkTerm(term)].flatMap((inner) =>
    inner.kind === "column" ? [inner.column.name] : []
  );
  return nullFor(columns.flatMap((column) => maskOfColumn(query, column) ?? []));
}

/** The mask of a value whose columns are unknown. */
export function maskOfUnknown({ masks }: Masks): ColumnMask | null {
  return nullFor(masks);
}

/** Of the value of a marker, which a write may answer with. */
export function maskOfMarker(
  query: Pick<Query, "masks" | "parsed">,
  marker: string,
): ColumnMask | null {
  const hidden = columnsOfMarker(query.parsed, marker).flatMap(({ column, isWhole }) => {
    const mask = maskOfColumn(query, column);
    return mask === null ? [] : [{ mask, isWhole }];
  });
  const [first, ...others] = hidden;
  if (first?.isWhole && others.length === 0) return first.mask;
  return nullFor(hidden.map(({ mask }) => mask));
}

/** Hides a value from everyone who lacks a scope of any of the masks. */
export function nullFor(masks: readonly ColumnMask[]): ColumnMask | null {
  if (masks.length === 0) return null;
  return { with: "null", unless: [...new Set(masks.flatMap(({ unless }) => unless))] };
}
