/**
 * What each bind marker does in its statement, read from the statement's text: the server answers
 * PREPARE with a marker's type but hides the column that a named marker is for.
 *
 * @module
 */
import type { Query } from "../query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "../text/tokenize.ts";

export type Role =
  /** Written to a column as it is: by `VALUES (…)`, or by `SET column = …`. */
  | {
    readonly kind: "value";
    readonly column: string;
    /** Whether it is added behind what is there: `SET column = column + :marker`, or `+=`. */
    readonly appended: boolean;
  }
  /** A part of what is written to a column: inside of a function, a literal or a calculation. */
  | { readonly kind: "part"; readonly column: string }
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
  | {
    readonly kind: "condition";
    /** Whether it stands behind `=` or `!=`, which take null. */
    readonly equality: boolean;
  }
  /** What the vectors of a column are compared with: `ORDER BY column ANN OF :marker`. */
  | { readonly kind: "ann"; readonly column: string }
  /** Anywhere else, as in a select list. */
  | { readonly kind: "other" };

/** One appearance of a marker; a marker that stands twice has two. */
export interface MarkerRole {
  readonly marker: string;
  readonly role: Role;
  /** The place, among the `innerStatements` of the query, of the one that it stands in. */
  readonly statement: number;
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
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  for (const [index, token] of tokens.entries()) {
    reader.advance(token, tokens[index + 1]);
    if (token.kind !== "marker") continue;
    const { statement } = reader;
    const role = reader.role([tokens[index + 1], tokens[index + 2]]);
    roles.push({ marker: token.text.slice(1).trim(), role, statement });
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
  /** The column whose vectors are compared with what follows; null elsewhere. */
  #compared: string | null = null;
  #statements = 0;
  /** The tokens so far, the one at hand last. */
  readonly #tokens: Token[] = [];

  /** The place of the statement at hand; what stands before the first one is counted with it. */
  get statement(): number {
    return Math.max(0, this.#statements - 1);
  }

  advance(token: Token, next: Token | undefined): void {
    this.#tokens.push(token);
    if (token.kind === "punctuation") return this.#punctuation(token.text);
    const name = nameOf(token);
    if (this.#depth === 0 && token.kind === "word" && this.#keyword(token, next)) return;
    if (isKeyword(token, "OF") && isKeyword(this.#before(1), "ANN")) {
      this.#compared = nameOf(this.#before(2));
    }
    if (name === null) return;
    if (this.#clause === "columns") this.#columns.push(name);
    if (this.#clause === "set") this.#assigned ??= name;
  }

  /** That of the token at hand. */
  role(next: Neighbours): Role {
    // IN is a reserved word: without quotes it is nothing but the operator.
    if (isKeyword(this.#before(1), "IN")) return { kind: "in" };
    switch (this.#clause) {
      case "values": {
        const column = this.#columns[this.#position] ?? "";
        if (!this.#isWholeTerm(next)) return { kind: "part", column };
        return { kind: "value", column, appended: false };
      }
      case "set": {
        if (this.#subscript) return { kind: "subscript" };
        const column = this.#assigned ?? "";
        if (!this.#isWholeAssignment(next)) return { kind: "part", column };
        return { kind: "value", column, appended: this.#isAppended() };
      }
      case "ttl":
      case "timestamp":
        return { kind: this.#clause };
      case "where":
        return { kind: "restriction" };
      case "if":
        return {
          kind: "condition",
          equality: this.#before(1)?.text === "=" && !["<", ">"].includes(this.#before(2)!.text),
        };
      case "limit":
        return { kind: "limit" };
      default: {
        const column = this.#compared;
        if (column === null) return { kind: "other" };
        const isWhole = this.#depth === 0 && isKeyword(this.#preceding()[0], "OF");
        return { kind: isWhole ? "ann" : "part", column };
      }
    }
  }

  /** The token so many before the one at hand. */
  #before(distance: number): Token | undefined {
    return this.#tokens.at(-1 - distance);
  }

  /** The tokens before the marker at hand, the nearest first; a cast before it, as `(int)`, is none. */
  #preceding(): readonly [Token | undefined, Token | undefined] {
    let distance = 1;
    if (this.#before(1)?.text === ")") {
      for (let depth = 0; distance < this.#tokens.length; distance++) {
        const text = this.#before(distance)?.text;
        if (text === ")") depth++;
        if (text === "(" && --depth === 0) break;
      }
      distance++;
    }
    return [this.#before(distance), this.#before(distance + 1)];
  }

  #isAppended(): boolean {
    const [second, first] = this.#preceding();
    return second?.text === "+" || second?.text === "=" && first?.text === "+";
  }

  /** Of `VALUES`: nothing but commas and the parentheses around the list are beside it. */
  #isWholeTerm([next]: Neighbours): boolean {
    const before = this.#preceding()[0]?.text;
    return this.#depth === 1 && (before === "(" || before === ",") &&
      (next?.text === "," || next?.text === ")");
  }

  /** Of `SET`: alone, or with a sign between it and the column that it is assigned to. */
  #isWholeAssignment([next, afterNext]: Neighbours): boolean {
    if (this.#depth > 0) return false;
    const isSign = (token: Token | undefined) => token?.text === "+" || token?.text === "-";
    const isColumn = (token: Token | undefined) => nameOf(token) === this.#assigned;
    const [before, beforeThat] = this.#preceding();
    const begins = before?.text === "=" || isSign(before) && isColumn(beforeThat);
    const ends = next === undefined || next.text === "," || next.text === ";" ||
      next.kind === "word" || isSign(next) && isColumn(afterNext);
    return begins && ends;
  }

  #keyword(token: Token, next: Token | undefined): boolean {
    const clause = CLAUSES.find(([keyword]) => isKeyword(token, keyword))?.[1];
    // These may name columns; they begin clauses only after the columns of an INSERT, and after USING.
    if (clause === "values" && !(this.#inserts && this.#before(1)?.text === ")")) return false;
    if (["GROUP", "ORDER"].some((word) => isKeyword(token, word)) && !isKeyword(next, "BY")) {
      return false;
    }
    if ((clause === "ttl" || clause === "timestamp") && !this.#isUsing()) return false;
    if (clause === undefined) return false;
    if (BEGINNINGS.some((keyword) => isKeyword(token, keyword))) this.#statements++;
    if (clause === "columns" || clause === "none") this.#inserts = clause === "columns";
    if (clause === "columns") this.#columns = [];
    this.#clause = clause;
    this.#position = 0;
    this.#assigned = null;
    this.#compared = null;
    return true;
  }

  #isUsing(): boolean {
    return ["using", "ttl", "timestamp"].includes(this.#clause);
  }

  #punctuation(text: string): void {
    if ("([{".includes(text)) {
      const follows = nameOf(this.#before(1)) !== null;
      if (text === "[" && this.#clause === "set" && follows) this.#subscript = true;
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

/** The two tokens after a marker. */
type Neighbours = readonly [Token | undefined, Token | undefined];

const BEGINNINGS = ["SELECT", "INSERT", "UPDATE", "DELETE"];

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
