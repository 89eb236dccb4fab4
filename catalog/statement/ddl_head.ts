/**
 * What a statement of a migration is about, as far as its head says: what it creates, alters or drops,
 * or which tables it writes. Each node has its place. What follows the head (columns, properties,
 * values) is the server's to judge.
 *
 * @module
 */
import type { Span } from "../text/source.ts";
import type { Name, QualifiedName } from "./term.ts";

/** Something that DDL creates, alters or drops, or that a right is about. */
export type SchemaObject =
  | { readonly kind: "keyspace"; readonly name: Name }
  | { readonly kind: "table" | "type"; readonly name: QualifiedName }
  /** `table` is the one that it is made from; null if it is altered or dropped. */
  | { readonly kind: "view"; readonly name: QualifiedName; readonly table: QualifiedName | null }
  /** The server makes up a missing name; it belongs to the keyspace of its table. */
  | {
    readonly kind: "index";
    readonly name: QualifiedName | null;
    /** Null if it is dropped. */
    readonly table: QualifiedName | null;
  }
  | { readonly kind: "trigger"; readonly name: Name; readonly table: QualifiedName }
  /** The types of the arguments tell functions of one name apart; null if they are left out. */
  | {
    readonly kind: "function" | "aggregate";
    readonly name: QualifiedName;
    readonly argumentTypes: readonly Span[] | null;
  }
  /** A role or a user; users are roles that may log in. */
  | { readonly kind: "role"; readonly name: Name };

/** What `ALTER TABLE` and `ALTER TYPE` do to columns and fields. */
export type Alteration =
  | { readonly kind: "add" | "drop"; readonly columns: readonly Name[] }
  | {
    readonly kind: "rename";
    readonly columns: readonly { readonly from: Name; readonly to: Name }[];
  }
  /** Properties, masks, types: nothing that adds or removes a name. */
  | { readonly kind: "other" };

/** What a right is granted on; `everything` is `ALL KEYSPACES`, `ALL ROLES` and the like. */
export type GrantTarget = SchemaObject | { readonly kind: "everything" };

/** A write of rows. */
export interface WriteHead {
  readonly kind: "insert" | "update" | "delete" | "truncate";
  readonly table: QualifiedName;
  readonly span: Span;
}

export type DdlHead =
  | {
    readonly kind: "create";
    readonly object: SchemaObject;
    /** `IF NOT EXISTS`. */
    readonly ifNotExists: boolean;
    /** `OR REPLACE`. */
    readonly orReplace: boolean;
    readonly span: Span;
  }
  | {
    readonly kind: "alter";
    readonly object: SchemaObject;
    readonly alteration: Alteration;
    /** `IF EXISTS` of the object itself. */
    readonly ifExists: boolean;
    readonly span: Span;
  }
  | {
    readonly kind: "drop";
    readonly object: SchemaObject;
    readonly ifExists: boolean;
    readonly span: Span;
  }
  | { readonly kind: "use"; readonly keyspace: Name; readonly span: Span }
  | WriteHead
  | { readonly kind: "batch"; readonly writes: readonly WriteHead[]; readonly span: Span }
  | { readonly kind: "select"; readonly table: QualifiedName; readonly span: Span }
  /** `target` is null if a role is granted to another. */
  | {
    readonly kind: "grant" | "revoke";
    readonly target: GrantTarget | null;
    readonly span: Span;
  }
  /** Not known here; the server may know it. */
  | { readonly kind: "unknown"; readonly span: Span };
