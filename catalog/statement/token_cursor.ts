/**
 * A place among the tokens of a statement, and what can be read from there: keywords, names, types.
 * Whatever cannot be read is null, and the place stays where it was.
 *
 * @module
 */
import type { Span } from "../text/source.ts";
import { isKeyword, nameOf, stringOf, type Token } from "../text/token.ts";
import type { NameNode, QualifiedName } from "./ddl_head.ts";
import { isReserved } from "./reserved_words.ts";

const OPENING = new Set(["(", "[", "{", "<"]);
const CLOSING = new Set([")", "]", "}", ">"]);

export class TokenCursor {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token | undefined {
    return this.#tokens[this.#index];
  }

  /** Reads what it can; where that is nothing, the place is the one before. */
  attempt<T>(read: () => T | null): T | null {
    const index = this.#index;
    const found = read();
    if (found === null) this.#index = index;
    return found;
  }

  /** Whether these keywords come next, in this order. */
  isAt(...keywords: readonly string[]): boolean {
    return keywords.every((keyword, offset) =>
      isKeyword(this.#tokens[this.#index + offset], keyword)
    );
  }

  /** Takes these keywords if they come next, all of them or none. */
  accept(...keywords: readonly string[]): boolean {
    const found = this.isAt(...keywords);
    if (found) this.#index += keywords.length;
    return found;
  }

  /** Takes the first of these keywords that comes next. */
  acceptOne(keywords: readonly string[]): string | null {
    return keywords.find((keyword) => this.accept(keyword)) ?? null;
  }

  acceptPunctuation(text: string): boolean {
    const found = this.#isPunctuation(this.current, text);
    if (found) this.#index++;
    return found;
  }

  /** Moves to just after the next appearance of a reserved word; false where there is none. */
  skipPast(keyword: string): boolean {
    const index = this.#tokens.findIndex((token, index) =>
      index >= this.#index && isKeyword(token, keyword)
    );
    if (index === -1) return false;
    this.#index = index + 1;
    return true;
  }

  /** The grammar's `ident`. */
  name(): NameNode | null {
    const node = this.#nameAt(this.#index);
    if (node !== null) this.#index++;
    return node;
  }

  /** The grammar's `columnFamilyName`, `userTypeName`, `indexName` and `functionName`. */
  qualifiedName(): QualifiedName | null {
    const first = this.#nameAt(this.#index);
    if (first === null) return null;
    if (!this.#isPunctuation(this.#tokens[this.#index + 1], ".")) {
      this.#index++;
      return { ...first, keyspace: null, nameSpan: first.span };
    }
    const second = this.#nameAt(this.#index + 2);
    if (second === null) return null;
    this.#index += 3;
    const span = { ...first.span, end: second.span.end };
    return { name: second.name, span, keyspace: first, nameSpan: second.span };
  }

  /** A role's name, which may be a string too. */
  roleName(): NameNode | null {
    const token = this.current;
    if (token?.kind !== "string") return this.name();
    this.#index++;
    return { name: stringOf(token), span: token.span };
  }

  /** The parts of a list in parentheses, each with its tokens; null where no list comes next. */
  list(): readonly (readonly Token[])[] | null {
    if (!this.#isPunctuation(this.current, "(")) return null;
    const parts: (readonly Token[])[] = [];
    let part: Token[] = [];
    let depth = 0;
    for (let index = this.#index; index < this.#tokens.length; index++) {
      const token = this.#tokens[index]!;
      const isPunctuation = token.kind === "operator";
      if (isPunctuation && CLOSING.has(token.text) && --depth === 0) {
        if (part.length > 0) parts.push(part);
        this.#index = index + 1;
        return parts;
      }
      if (isPunctuation && token.text === "," && depth === 1) {
        parts.push(part);
        part = [];
      } else if (depth > 0) part.push(token);
      if (isPunctuation && OPENING.has(token.text)) depth++;
    }
    return null;
  }

  /** The rest, cut before each of these reserved words; what comes before the first is left out. */
  splitBefore(keywords: readonly string[]): (readonly [Token, ...Token[]])[] {
    const parts: [Token, ...Token[]][] = [];
    for (const token of this.#tokens.slice(this.#index)) {
      if (keywords.some((keyword) => isKeyword(token, keyword))) parts.push([token]);
      else parts.at(-1)?.push(token);
    }
    return parts;
  }

  #nameAt(index: number): NameNode | null {
    const token = this.#tokens[index];
    const name = nameOf(token);
    if (token === undefined || name === null || name === "") return null;
    if (token.kind === "word" && isReserved(name)) return null;
    return { name, span: token.span };
  }

  #isPunctuation(token: Token | undefined, text: string): boolean {
    return token?.kind === "operator" && token.text === text;
  }
}

/** From the first token to the last. */
export function spanOf(tokens: readonly [Token, ...Token[]]): Span {
  return { ...tokens[0].span, end: tokens.at(-1)!.span.end };
}
