/**
 * Terms: what is written, compared, selected or called, as a tree. The types of `parse_term.ts` and
 * `parse_selector.ts`; columns and what is inside them appear only in select lists.
 *
 * @module
 */

import type { Span } from "../text/source.ts";

/** A name as the server knows it: unquoted names are lower-cased. */
export interface Name {
  readonly name: string;
  readonly span: Span;
}

/** The name of a table, a function or an index. */
export interface QualifiedName {
  /** Null if the statement does not name it. */
  readonly keyspace: Name | null;
  readonly name: Name;
  readonly span: Span;
}

export type LiteralType =
  | "string"
  | "integer"
  | "float"
  | "boolean"
  | "duration"
  | "uuid"
  | "blob";

export interface Literal {
  readonly kind: "literal";
  readonly type: LiteralType;
  /** The content of a string; else the text, in lower case where case means nothing. */
  readonly value: string;
  readonly span: Span;
}

/** A place that a value is bound to: `:name`, or `?`. */
export interface BindMarker {
  readonly kind: "marker";
  /** Null for `?`. */
  readonly name: string | null;
  /** The name as it is written: quotes and upper case included. */
  readonly written: string | null;
  readonly span: Span;
}

/** A call of a function, user-defined or the server's own. */
export interface Call {
  readonly kind: "call";
  readonly function: QualifiedName;
  readonly arguments: readonly Term[];
  readonly span: Span;
}

/** `(type) term`: names a type that the server cannot derive. */
export interface TypeHint {
  readonly kind: "hint";
  readonly type: TypeName;
  readonly operand: Term;
  readonly span: Span;
}

/** A type by its text, such as `frozen<map<text, int>>`. */
export interface TypeName {
  readonly text: string;
  readonly span: Span;
}

/** A sum or a product: operators of equal precedence apply from left to right. */
export interface Arithmetic {
  readonly kind: "arithmetic";
  readonly first: Term;
  readonly rest: readonly {
    readonly operator: "+" | "-" | "*" | "/" | "%";
    readonly operand: Term;
  }[];
  readonly span: Span;
}

export interface MapEntry {
  readonly key: Term;
  readonly value: Term;
}

export interface FieldValue {
  readonly field: Name;
  readonly value: Term;
}

export type Term =
  | Literal
  | BindMarker
  | Call
  | TypeHint
  | Arithmetic
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "negation"; readonly operand: Term; readonly span: Span }
  /** `CAST(term AS type)`. */
  | {
    readonly kind: "cast";
    readonly operand: Term;
    readonly type: TypeName;
    readonly span: Span;
  }
  /** `[…]`, `{…}`, `(…)`; a single term in parentheses is a tuple of one. */
  | {
    readonly kind: "list" | "set" | "tuple";
    readonly items: readonly Term[];
    readonly span: Span;
  }
  | { readonly kind: "map"; readonly entries: readonly MapEntry[]; readonly span: Span }
  /** A value of a user-defined type, `{street: 'A', number: 1}`; in a select list it reads as a map. */
  | { readonly kind: "fields"; readonly fields: readonly FieldValue[]; readonly span: Span }
  | { readonly kind: "column"; readonly column: Name; readonly span: Span }
  | { readonly kind: "field"; readonly operand: Term; readonly field: Name; readonly span: Span }
  | { readonly kind: "element"; readonly operand: Term; readonly key: Term; readonly span: Span }
  /** `operand[from..to]`, of which either end may be missing. */
  | {
    readonly kind: "slice";
    readonly operand: Term;
    readonly from: Term | null;
    readonly to: Term | null;
    readonly span: Span;
  }
  /** `count(*)`. */
  | { readonly kind: "count_rows"; readonly span: Span }
  /** `writetime(column)` and its like. */
  | {
    readonly kind: "cell_metadata";
    readonly of: "writetime" | "maxwritetime" | "ttl";
    readonly operand: Term;
    readonly span: Span;
  };

/** The terms directly inside a term, in the order of the text. */
function childrenOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case "literal":
    case "null":
    case "marker":
    case "column":
    case "count_rows":
      return [];
    case "call":
      return term.arguments;
    case "hint":
    case "cast":
    case "negation":
    case "field":
    case "cell_metadata":
      return [term.operand];
    case "arithmetic":
      return [term.first, ...term.rest.map(({ operand }) => operand)];
    case "list":
    case "set":
    case "tuple":
      return term.items;
    case "map":
      return term.entries.flatMap(({ key, value }) => [key, value]);
    case "fields":
      return term.fields.map(({ value }) => value);
    case "element":
      return [term.operand, term.key];
    case "slice":
      return [term.operand, term.from, term.to].filter((child) => child !== null);
  }
}

/** The term and everything inside it, in the order of the text. */
export function* walkTerm(term: Term): Generator<Term> {
  yield term;
  for (const child of childrenOf(term)) yield* walkTerm(child);
}

/** The markers in a term, in the order of the text. */
export function markersIn(term: Term): BindMarker[] {
  return [...walkTerm(term)].filter((inner) => inner.kind === "marker");
}

/** The term without the type hints around it. */
export function unhinted(term: Term): Term {
  let inner = term;
  while (inner.kind === "hint") inner = inner.operand;
  return inner;
}
