/**
 * What each bind marker does in its statement, read from the statement's text: the server answers
 * PREPARE with a marker's type but hides the column that a named marker is for.
 *
 * @module
 */
import type { Query } from "./query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "./tokenize.ts";

export type Role =
  /** Written to a column: by `VALUES (…)`, or by `SET column = …`. */
  | {
    readonly kind: "value";
    readonly column: string;
    /** Whether it is added behind what is there: `SET column = column + :marker`, or `+=`. */
    readonly appended: boolean;
  }
  /** The key or index inside a collection: `SET column[:marker] = …`. */
  | { readonly kind: "subscript" }
  /** `LIMIT` and `PER PARTITION LIMIT`. */
  | { readonly kind: "limit" }
  /** `USING TTL`. */
  | { readonly kind: "ttl" }
  /** `USING TIMESTAMP`. */
  | { readonly kind: "timestamp" }
  /** The whole list behind `IN`, of `WHERE` or of `IF`; one of a list in parentheses is not. */
  | { readonly kind: "in" }
  /** After `WHERE`, otherwise. */
  | { readonly kind: "restriction" }
  /** After `IF`, otherwise. */
  | { readonly kind: "condition" }
  /** Anywhere else, as in a select list or `ORDER BY … ANN OF`. */
  | { readonly kind: "other" };

/** One appearance of a marker; a marker that stands twice has two. */
export interface MarkerRole {
  readonly marker: string;
  readonly role: Role;
}

type Clause =
  | "none"
  | "columns"
  | "values"
  | "set"
  | "using"
  | "ttl"
  | "timestamp"
  | "where"
  | "if"
  | "limit";

/** In the order of the text, which is the order of the server's bind columns. */
export function markerRoles(query: Pick<Query, "statementSpan">): MarkerRole[] {
  const roles: MarkerRole[] = [];
  const reader = new ClauseReader();
  for (const token of tokenize(query.statementSpan, () => {})) {
    if (token.kind === "comment") continue;
    reader.advance(token);
    if (token.kind === "marker") {
      roles.push({ marker: token.text.slice(1).trim(), role: reader.role() });
    }
  }
  return roles;
}

/** Follows a statement, or each statement of a batch in turn, clause by clause. */
class ClauseReader {
  #clause: Clause = "none";
  #inserts = false;
  #depth = 0;
  #columns: string[] = [];
  #position = 0;
  /** The column that the assignment at hand is for; null before its name. */
  #assigned: string | null = null;
  #subscript = false;
  /** The two tokens before the one at hand. */
  #before: readonly [Token | undefined, Token | undefined] = [undefined, undefined];
  #token: Token | undefined;

  advance(token: Token): void {
    this.#before = [this.#before[1], this.#token];
    this.#token = token;
    if (token.kind === "punctuation") return this.#punctuation(token.text);
    const name = nameOf(token);
    if (this.#depth === 0 && token.kind === "word" && this.#keyword(token)) return;
    if (name === null) return;
    if (this.#clause === "columns") this.#columns.push(name);
    if (this.#clause === "set") this.#assigned ??= name;
  }

  /** That of the token at hand. */
  role(): Role {
    // IN is a reserved word: without quotes it is nothing but the operator.
    if (isKeyword(this.#before[1], "IN")) return { kind: "in" };
    switch (this.#clause) {
      case "values":
        return { kind: "value", column: this.#columns[this.#position] ?? "", appended: false };
      case "set":
        if (this.#subscript) return { kind: "subscript" };
        return { kind: "value", column: this.#assigned ?? "", appended: this.#isAppended() };
      case "ttl":
      case "timestamp":
        return { kind: this.#clause };
      case "where":
        return { kind: "restriction" };
      case "if":
        return { kind: "condition" };
      case "limit":
        return { kind: "limit" };
      default:
        return { kind: "other" };
    }
  }

  #isAppended(): boolean {
    const [first, second] = this.#before;
    return second?.text === "+" || second?.text === "=" && first?.text === "+";
  }

  #keyword(token: Token): boolean {
    const clause = CLAUSES.find(([keyword]) => isKeyword(token, keyword))?.[1];
    // These may name columns; they begin clauses only after the columns of an INSERT, and after USING.
    if (clause === "values" && !this.#inserts) return false;
    if ((clause === "ttl" || clause === "timestamp") && !this.#isUsing()) return false;
    if (clause === undefined) return false;
    if (clause === "columns" || clause === "none") this.#inserts = clause === "columns";
    if (clause === "columns") this.#columns = [];
    this.#clause = clause;
    this.#position = 0;
    this.#assigned = null;
    return true;
  }

  #isUsing(): boolean {
    return ["using", "ttl", "timestamp"].includes(this.#clause);
  }

  #punctuation(text: string): void {
    if ("([{".includes(text)) {
      if (text === "[" && this.#clause === "set") this.#subscript = true;
      if (text === "(" && this.#clause === "columns" && this.#depth === 0) this.#columns = [];
      this.#depth++;
    } else if (")]}".includes(text)) {
      this.#depth--;
    } else if (text === "=" && this.#depth === 0) {
      this.#subscript = false;
    } else if (text === ",") {
      if (this.#clause === "values" && this.#depth === 1) this.#position++;
      if (this.#clause === "set" && this.#depth === 0) this.#assigned = null;
    }
  }
}

const CLAUSES: readonly (readonly [string, Clause])[] = [
  ["SELECT", "none"],
  ["UPDATE", "none"],
  ["DELETE", "none"],
  ["INSERT", "columns"],
  ["VALUES", "values"],
  ["SET", "set"],
  ["USING", "using"],
  ["TTL", "ttl"],
  ["TIMESTAMP", "timestamp"],
  ["WHERE", "where"],
  ["IF", "if"],
  ["LIMIT", "limit"],
  ["ORDER", "none"],
  ["GROUP", "none"],
];
