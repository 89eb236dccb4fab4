/**
 * A statement of a query as a tree, each node with its span: `grammar/` makes it, everything
 * else reads it. A statement outside the grammar is an `OpaqueStatement`.
 *
 * @module
 */

import type { Span } from "../text/source.ts";
import type { BindMarker, Literal, Name, QualifiedName, Term } from "./term.ts";

export type Verb = "select" | "insert" | "update" | "delete" | "batch";

export type Statement = SelectStatement | WriteStatement | BatchStatement | OpaqueStatement;

/** A statement that writes, by itself or in a batch. */
export type WriteStatement = InsertStatement | UpdateStatement | DeleteStatement;

export interface SelectStatement {
  readonly kind: "select";
  readonly json: boolean;
  readonly distinct: boolean;
  /** Null for `*`. */
  readonly selectors: readonly Selector[] | null;
  readonly table: QualifiedName;
  readonly where: readonly Relation[];
  readonly groupBy: readonly Term[];
  readonly orderBy: readonly Ordering[];
  readonly perPartitionLimit: Literal | BindMarker | null;
  readonly limit: Literal | BindMarker | null;
  readonly allowFiltering: boolean;
  readonly span: Span;
}

export interface Selector {
  readonly term: Term;
  readonly alias: Name | null;
  readonly span: Span;
}

export interface Ordering {
  readonly column: Name;
  /** The vector of `column ANN OF vector`. */
  readonly nearest: Term | null;
  readonly direction: "asc" | "desc";
  readonly span: Span;
}

export interface InsertStatement {
  readonly kind: "insert";
  readonly table: QualifiedName;
  readonly source: InsertedValues | InsertedJson;
  readonly using: readonly UsingOption[];
  readonly condition: Condition | null;
  readonly span: Span;
}

/** `(columns) VALUES (terms)`; whether there is a term for each column is for the server to say. */
export interface InsertedValues {
  readonly kind: "values";
  readonly columns: readonly Name[];
  readonly values: readonly Term[];
}

export interface InsertedJson {
  readonly kind: "json";
  readonly value: Literal | BindMarker;
  /** What happens to the columns that the JSON does not name; null if the statement is silent. */
  readonly default: "null" | "unset" | null;
}

export interface UpdateStatement {
  readonly kind: "update";
  readonly table: QualifiedName;
  readonly using: readonly UsingOption[];
  readonly assignments: readonly Assignment[];
  readonly where: readonly Relation[];
  readonly condition: Condition | null;
  readonly span: Span;
}

export type Assignment =
  | {
    /**
     * `column = value`, `column = column + value` or `column += value`, `column = column - value` or
     * `column -= value`, and `column = value + column`.
     */
    readonly kind: "set" | "add" | "subtract" | "prepend";
    readonly column: Name;
    readonly value: Term;
    readonly span: Span;
  }
  | {
    /** `column[key] = value`. */
    readonly kind: "element";
    readonly column: Name;
    readonly key: Term;
    readonly value: Term;
    readonly span: Span;
  }
  | {
    /** `column.field = value`. */
    readonly kind: "field";
    readonly column: Name;
    readonly field: Name;
    readonly value: Term;
    readonly span: Span;
  };

export interface DeleteStatement {
  readonly kind: "delete";
  /** Empty if whole rows are deleted. */
  readonly deletions: readonly Subject[];
  readonly table: QualifiedName;
  readonly using: readonly UsingOption[];
  readonly where: readonly Relation[];
  readonly condition: Condition | null;
  readonly span: Span;
}

export interface BatchStatement {
  readonly kind: "batch";
  readonly type: "logged" | "unlogged" | "counter";
  /** The keyword of the type; `BEGIN` for a logged batch. */
  readonly typeSpan: Span;
  readonly using: readonly UsingOption[];
  readonly statements: readonly WriteStatement[];
  readonly span: Span;
}

/** Where the reading stopped, and why. */
export interface Obstacle {
  /** The token that does not fit, or the last token where the statement ends too early. */
  readonly span: Span;
  /** What could have stood there, such as `"FROM"` or `a term`. */
  readonly expected: string;
}

/**
 * A statement outside the grammar. A newer Cassandra may accept it, so it is served, and the worst is assumed
 * about it everywhere.
 */
export interface OpaqueStatement {
  readonly kind: "opaque";
  /** By its first word; null if no statement of a query begins with that. */
  readonly verb: Verb | null;
  /** Whether it has the reserved word `IF`. */
  readonly conditional: boolean;
  /** The type of a batch; null for other statements, and if it is not known. */
  readonly batchType: BatchStatement["type"] | null;
  /** What looks like a marker; the server decides. */
  readonly markers: readonly BindMarker[];
  /** Where the reading stopped. */
  readonly obstacle: Obstacle;
  readonly span: Span;
}

/** `USING TTL …` or `USING TIMESTAMP …`. */
export interface UsingOption {
  readonly kind: "ttl" | "timestamp";
  readonly value: Literal | BindMarker;
  readonly span: Span;
}

/** The `IF` of a lightweight transaction. */
export type Condition =
  | { readonly kind: "exists" | "not_exists"; readonly span: Span }
  | { readonly kind: "relations"; readonly relations: readonly Relation[]; readonly span: Span };

/** A column or a part of one: what is compared or deleted. */
export type Subject =
  | { readonly kind: "column"; readonly column: Name; readonly span: Span }
  | { readonly kind: "element"; readonly column: Name; readonly key: Term; readonly span: Span }
  | { readonly kind: "field"; readonly column: Name; readonly field: Name; readonly span: Span };

export type Comparator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** What `WHERE` and `IF` consist of. */
export type Relation =
  | {
    readonly kind: "comparison";
    readonly subject: Subject;
    readonly comparator: Comparator;
    readonly value: Term;
    readonly span: Span;
  }
  | {
    /** `(columns) = value`, and `token(columns) = value`. */
    readonly kind: "tuple_comparison" | "token_comparison";
    readonly columns: readonly Name[];
    readonly comparator: Comparator;
    readonly value: Term;
    readonly span: Span;
  }
  | {
    readonly kind: "in";
    readonly subject: Subject;
    readonly values: InValues;
    readonly span: Span;
  }
  | {
    readonly kind: "tuple_in";
    readonly columns: readonly Name[];
    readonly values: InValues;
    readonly span: Span;
  }
  | {
    readonly kind: "contains" | "contains_key" | "like";
    readonly subject: Subject;
    readonly value: Term;
    readonly span: Span;
  }
  | { readonly kind: "not_null"; readonly subject: Subject; readonly span: Span }
  /** `expr(index, value)`, which the implementation of a custom index reads. */
  | {
    readonly kind: "index_expression";
    readonly index: Name;
    readonly value: Term;
    readonly span: Span;
  };

/** A list of terms, or the marker of a whole list. */
export type InValues = BindMarker | readonly Term[];

/** Null for an opaque statement that begins with no known word. */
export function verbOf(statement: Statement): Verb | null {
  return statement.kind === "opaque" ? statement.verb : statement.kind;
}

/** Whether a write has an `IF`: a lightweight transaction. */
export function isConditional(statement: Statement): boolean {
  switch (statement.kind) {
    case "select":
      return false;
    case "batch":
      return statement.statements.some(({ condition }) => condition !== null);
    case "opaque":
      return statement.verb !== "select" && statement.conditional;
    default:
      return statement.condition !== null;
  }
}

/** The writes that a statement consists of: for a batch, all of them; else itself. */
export function writesOf(statement: Statement): readonly WriteStatement[] {
  switch (statement.kind) {
    case "select":
    case "opaque":
      return [];
    case "batch":
      return statement.statements;
    default:
      return [statement];
  }
}
