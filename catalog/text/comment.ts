/**
 * What is inside a comment: its style, its text, and its words with their places.
 *
 * @module
 */

import type { Span } from "./source.ts";
import type { Token } from "./token.ts";

/** Text without white space outside double quotes. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

export interface Comment {
  readonly style: "--" | "//" | "/*";
  /** Without the signs that make it a comment. */
  readonly text: string;
  readonly span: Span;
}

export function readComment({ text, span }: Token): Comment {
  const style = text.startsWith("--") ? "--" : text.startsWith("//") ? "//" : "/*";
  const closing = style === "/*" ? 2 : 0;
  return {
    style,
    text: text.slice(2, text.length - closing),
    span: { ...span, start: span.start + 2, end: span.end - closing },
  };
}

/** The words of `span`. */
export function readWords({ file, start, end }: Span): Word[] {
  const matches = file.text.slice(start, end).matchAll(/(?:"[^"]*"|\S)+/g);
  return [...matches].map((match) => part({ file, start, end }, match.index, match[0].length));
}

/** The word of `length` that begins `offset` into `span`. */
export function part({ file, start }: Span, offset: number, length: number): Word {
  const span = { file, start: start + offset, end: start + offset + length };
  return { text: file.text.slice(span.start, span.end), span };
}
