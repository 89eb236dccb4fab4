/**
 * A token of CQL, and what it is by itself: a keyword, an operator, a name, a string.
 *
 * @module
 */

import type { Span } from "./source.ts";

export type TokenKind =
  /** A keyword or an unquoted name. */
  | "word"
  /** `"…"`. */
  | "quoted"
  /** `'…'` or `$$…$$`. */
  | "string"
  | "integer"
  | "float"
  | "duration"
  | "uuid"
  /** `0x…`, the bytes of a blob. */
  | "hex"
  /** Everything else that the grammar names: brackets, signs, `?`, `..`, `expr(`. */
  | "operator"
  | "comment"
  /** A string, name or comment without its end; reaches to the end of the text. */
  | "unterminated"
  /** Text that begins no token, or begins one and does not continue as it must. */
  | "unknown";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly span: Span;
}

/** Whether `token` is the unquoted `keyword`, in any case. */
export function isKeyword(token: Token | undefined, keyword: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === keyword;
}

export function isOperator(token: Token | undefined, operator: string): boolean {
  return token?.kind === "operator" && token.text === operator;
}

/** A name as the server knows it, unquoted ones lower-cased; null if the token cannot be a name. */
export function nameOf(token: Token | undefined): string | null {
  if (token?.kind === "word") return token.text.toLowerCase();
  if (token?.kind === "quoted") return token.text.slice(1, -1).replaceAll('""', '"');
  return null;
}

/** The value of a string token. */
export function stringOf({ text }: Token): string {
  return text.startsWith("$$") ? text.slice(2, -2) : text.slice(1, -1).replaceAll("''", "'");
}
