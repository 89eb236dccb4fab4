/**
 * The tokens of a statement, read from left to right. A parser takes what it knows, and
 * {@link TokenStream.fail}s at what it does not; {@link TokenStream.readAll} catches that, so that a
 * mistake is data for everybody else.
 *
 * @module
 */

import type { Span } from "../../text/source.ts";
import { isKeyword, isOperator, type Token } from "../../text/token.ts";
import type { Obstacle } from "../statement.ts";

/** How deep terms, types and parentheses may be nested: a reader's stack is finite. */
const MAX_DEPTH = 100;

/** Unwinds a parser; nobody but this file catches it. */
class Unreadable extends Error {
  override readonly name = "Unreadable";
}

export class TokenStream {
  readonly #tokens: readonly [Token, ...Token[]];
  #position = 0;
  #depth = 0;
  #steps = 0;
  /** The obstacle of the attempt that got furthest, which says most about what is wrong. */
  #furthest: { readonly position: number; readonly obstacle: Obstacle } | null = null;

  /** @param tokens of one statement, comments left out */
  constructor(tokens: readonly [Token, ...Token[]]) {
    this.#tokens = tokens;
  }

  /** How many tokens were taken, those that were given back included: the cost of the reading. */
  get steps(): number {
    return this.#steps;
  }

  /** The next token, or the token `distance` after it; undefined past the end. */
  peek(distance = 0): Token | undefined {
    return this.#tokens[this.#position + distance];
  }

  /** Takes the next token, whatever it is. */
  take(): Token {
    const token = this.peek();
    if (token === undefined) return this.fail("more of the statement");
    this.#position++;
    this.#steps++;
    return token;
  }

  atKeyword(...keywords: readonly string[]): boolean {
    return keywords.every((keyword, distance) => isKeyword(this.peek(distance), keyword));
  }

  atOperator(operator: string): boolean {
    return isOperator(this.peek(), operator);
  }

  /** Takes the keywords if all of them come next. */
  skipKeywords(...keywords: readonly string[]): boolean {
    if (!this.atKeyword(...keywords)) return false;
    for (const _ of keywords) this.take();
    return true;
  }

  skipOperator(operator: string): boolean {
    if (!this.atOperator(operator)) return false;
    this.take();
    return true;
  }

  /** Takes the keywords, which must come next, and returns the first. */
  expectKeywords(first: string, ...others: readonly string[]): Token {
    const token = this.#expectKeyword(first);
    for (const keyword of others) this.#expectKeyword(keyword);
    return token;
  }

  expectOperator(operator: string): Token {
    return this.atOperator(operator) ? this.take() : this.fail(`"${operator}"`);
  }

  /** From a token to the last that was taken. */
  spanFrom({ span }: { readonly span: Span }): Span {
    return { ...span, end: (this.#tokens[this.#position - 1] ?? this.#tokens[0]).span.end };
  }

  /** Reads items with commas between them. */
  list<Item>(readItem: () => Item): Item[] {
    const items = [readItem()];
    while (this.skipOperator(",")) items.push(readItem());
    return items;
  }

  /** Reads items between brackets, possibly none. */
  bracketed<Item>(brackets: "()" | "[]", readItem: () => Item): Item[] {
    const [opening = "", closing = ""] = brackets;
    this.expectOperator(opening);
    const items = this.atOperator(closing) ? [] : this.list(readItem);
    this.expectOperator(closing);
    return items;
  }

  /** Reads what may contain itself. */
  nested<Node>(read: () => Node): Node {
    if (this.#depth >= MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels`);
    this.#depth++;
    const node = read();
    this.#depth--;
    return node;
  }

  /**
   * What `read` makes of the tokens; null if they do not fit, and then none is taken. The caller
   * keeps the cost linear: no token may be tried within more than a fixed number of attempts.
   */
  attempt<Node>(read: () => Node): Node | null {
    const [position, depth] = [this.#position, this.#depth];
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      [this.#position, this.#depth] = [position, depth];
      return null;
    }
  }

  /** Gives up: at the next token, or at what is named. */
  fail(expected: string, span?: Span): never {
    const next = this.peek() ?? this.#tokens.at(-1)!;
    const obstacle = { span: span ?? next.span, expected };
    if (this.#furthest === null || this.#position >= this.#furthest.position) {
      this.#furthest = { position: this.#position, obstacle };
    }
    throw new Unreadable(`Cannot read the statement: expected ${expected}`);
  }

  /** The node that `read` makes of all tokens, or the obstacle that it met. */
  readAll<Node>(
    read: () => Node,
  ): { readonly node: Node } | { readonly obstacle: Obstacle } {
    const node = this.attempt(() => {
      const all = { node: read() };
      if (this.peek() !== undefined) this.fail("the end of the statement");
      return all;
    });
    return node ?? { obstacle: this.#furthest!.obstacle };
  }

  #expectKeyword(keyword: string): Token {
    return this.atKeyword(keyword) ? this.take() : this.fail(`"${keyword}"`);
  }
}
