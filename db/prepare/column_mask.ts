/**
 * What hides a value of an answer, and from whom: what `@mask` says of the columns that the value is made of.
 * A column by itself is masked as its tag has it; what an expression makes of it might show what the mask
 * hides, and is null.
 *
 * @module
 */
import type { MaskKind, Query } from "../../catalog/query.ts";
import { columnsOfMarker } from "../../catalog/statement/marker_columns.ts";
import { type Term, walkTerm } from "../../catalog/statement/term.ts";

/** A value that only callers with all of these scopes see. */
export interface ColumnMask {
  /** What the others get. */
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

/** Of a value of which nobody knows what it is made of. */
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
