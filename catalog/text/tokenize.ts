/**
 * CQL text → tokens, each with its place. Knows the lexical rules of Cassandra's own grammar
 * (`Lexer.g`, `Parser.g` of Cassandra 5): strings, names, comments and bind markers; nothing of
 * statements or tags.
 *
 * @module
 */

import { quote } from "./quote.ts";
import type { Report, SourceFile, Span } from "./source.ts";

export type TokenKind =
  /** A keyword or an unquoted name. */
  | "word"
  /** `'…'` or `$$…$$`. */
  | "string"
  /** `"…"`. */
  | "quoted"
  | "number"
  /** `:name` or `:"name"`; the server allows space after the colon. */
  | "marker"
  /** `?`. */
  | "question"
  | "punctuation"
  | "comment"
  /** A string, name or comment without its end; reaches to the end of the text. */
  | "unterminated";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly span: Span;
}

/** The first pattern that matches wins; white space is what none of them covers. */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ["comment", /(?:--|\/\/)[^\r\n]*|\/\*[^]*?\*\//y],
  ["string", /'[^']*(?:''[^']*)*'(?!')|\$\$[^]*?\$\$/y],
  ["quoted", /"[^"]*(?:""[^"]*)*"(?!")/y],
  ["unterminated", /(?:\/\*|'|\$\$|")[^]*/y],
  ["number", /\d\w*(?:\.\w+)*/y],
  ["word", /[A-Za-z]\w*/y],
  ["question", /\?/y],
  ["punctuation", /[^]/uy],
];

const SPACE = /\s*/y;
const MARKER = /:\s*(?:[A-Za-z]\w*|"[^"]*(?:""[^"]*)*"(?!"))/y;

const UNTERMINATED: Readonly<Record<string, { name: string; end: string }>> = {
  "'": { name: "string", end: "'" },
  "$": { name: "string", end: "$$" },
  '"': { name: "quoted name", end: '"' },
  "/": { name: "comment", end: "*/" },
};

/** The whole of a file as a span. */
export function wholeFile(file: SourceFile): Span {
  return { file, start: 0, end: file.text.length };
}

/** Splits `span` into tokens; white space and a byte order mark are left out. */
export function tokenize(span: Span, report: Report): Token[] {
  const { file } = span;
  const text = file.text.slice(0, span.end);
  const tokens: Token[] = [];
  const colons = new Colons();
  let offset = span.start + matchAt(SPACE, text, span.start).length;
  while (offset < span.end) {
    const [kind, tokenText] = readToken(text, offset, colons);
    const token = {
      kind,
      text: tokenText,
      span: { file, start: offset, end: offset + tokenText.length },
    };
    if (kind === "unterminated") reportUnterminated(token, report);
    if (kind !== "comment") colons.advance(token);
    tokens.push(token);
    offset = token.span.end;
    offset += matchAt(SPACE, text, offset).length;
  }
  return tokens;
}

/** Whether `token` is the unquoted `keyword`, in any case. */
export function isKeyword(token: Token | undefined, keyword: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === keyword;
}

/** A name as the server knows it, unquoted ones lower-cased; null where the token is none. */
export function nameOf(token: Token | undefined): string | null {
  if (token?.kind === "word") return token.text.toLowerCase();
  if (token?.kind === "quoted") return token.text.slice(1, -1).replaceAll('""', '"');
  return null;
}

function readToken(text: string, offset: number, colons: Colons): [TokenKind, string] {
  if (text[offset] === ":" && !colons.nextSeparates()) {
    const marker = matchAt(MARKER, text, offset);
    if (marker !== "") return ["marker", marker];
  }
  for (const [kind, pattern] of PATTERNS) {
    const match = matchAt(pattern, text, offset);
    if (match !== "") return [kind, match];
  }
  throw new TypeError(`Cannot read a token at offset ${offset}`);
}

function matchAt(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? "";
}

/**
 * Tells the colon of a map or UDT literal, `{'key': value}`, from the colon of a bind marker: inside
 * braces the first colon after the beginning of an entry separates.
 */
class Colons {
  readonly #brackets: { readonly braces: boolean; separated: boolean; begun: boolean }[] = [];

  nextSeparates(): boolean {
    const innermost = this.#brackets.at(-1);
    return innermost !== undefined && innermost.braces && innermost.begun && !innermost.separated;
  }

  advance(token: Token): void {
    const separates = token.text === ":" && this.nextSeparates();
    if (token.kind === "punctuation" && "}])".includes(token.text)) this.#brackets.pop();
    const innermost = this.#brackets.at(-1);
    if (innermost !== undefined) {
      innermost.begun = token.text !== ",";
      innermost.separated = token.text !== "," && (innermost.separated || separates);
    }
    if (token.kind === "punctuation" && "{[(".includes(token.text)) {
      this.#brackets.push({ braces: token.text === "{", separated: false, begun: false });
    }
  }
}

function reportUnterminated(token: Token, report: Report): void {
  const opening = token.text.startsWith("/*") || token.text.startsWith("$$") ? 2 : 1;
  const { name, end } = UNTERMINATED[token.text.charAt(0)]!;
  report({
    span: { ...token.span, end: token.span.start + opening },
    message: `Unterminated ${name}`,
    help: `Close the ${name} with ${quote(end)}`,
  });
}
