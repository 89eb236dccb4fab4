/**
 * CQL text → tokens, each with its place. Follows the lexical rules of Cassandra's own grammar
 * (`src/antlr/Lexer.g` of Cassandra 5.0), token by token. Knows nothing about statements or tags.
 *
 * @module
 */

import { quote } from "./quote.ts";
import type { Report, SourceFile, Span } from "./source.ts";
import type { Token, TokenKind } from "./token.ts";

const UNIT = "(?:mo|[mnuµ]s|[ywdhms])";
const TIME_PERIOD = "T(?:\\d+H(?:\\d+M)?(?:\\d+S)?|\\d+M(?:\\d+S)?|\\d+S)";
const DATE_PERIOD = "(?:\\d+Y(?:\\d+M)?(?:\\d+D)?|\\d+M(?:\\d+D)?|\\d+D)";
const DATE_AND_TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d";
const ISO_DURATION = `P(?:${DATE_AND_TIME}|${TIME_PERIOD}|\\d+W|${DATE_PERIOD}(?:${TIME_PERIOD})?)`;

/**
 * The first pattern that matches wins; white space is what none of them covers.
 *
 * Cassandra's lexer never goes back: what begins like a UUID, an exponent, a duration or a negative NaN
 * must continue like one, so it refuses `12345678-1`, `1e`, `1h30` and `a-name`.
 */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ["comment", /(?:--|\/\/)[^\r\n]*|\/\*[^]*?\*\//y],
  ["string", /'[^']*(?:''[^']*)*'(?!')|\$\$[^]*?\$\$/y],
  ["quoted", /"[^"]*(?:""[^"]*)*"(?!")/y],
  ["unterminated", /(?:\/\*|'|\$\$|")[^]*/y],
  ["uuid", /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/iy],
  ["float", /\d{7}e-\d+/iy],
  ["unknown", /[\da-f]{8}-/iy],
  ["duration", new RegExp(`-${ISO_DURATION}|${ISO_DURATION}(?!\\w)`, "y")],
  ["duration", new RegExp(`(?!\\d{1,6}d[a-f])-?\\d+${UNIT}(?:\\d+${UNIT})*(?!\\d)`, "iy")],
  ["hex", /0x[\da-f]*/iy],
  ["integer", /-?\d+(?=\.\.(?!\.))/y],
  ["float", /(?!\d+e\d+[a-f])-?\d+(?:(?:\.\d*)?e[+-]?\d+|\.\d*(?![\de]))|-(?:nan|infinity)/iy],
  ["integer", /(?:-\d+|\d{8,}|\d{1,7}(?![a-f]))(?![\d.eywdhmsnuµ])/iy],
  ["unknown", /-?\d+/y],
  ["operator", /expr\(/y],
  ["word", /[a-z]\w*/iy],
  ["unknown", /-P|-[niNI]/y],
  ["operator", /\.\.|[<>!+-]=|[-+*/%<>=?:;,.()[\]{}]/y],
  ["unknown", /[^]/uy],
];
const SPACE = /[ \t\r\n]*/y;

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
export function lex(span: Span, report: Report): Token[] {
  const { file, end } = span;
  const text = file.text.slice(0, end);
  const tokens: Token[] = [];
  let offset = span.start === 0 && text.startsWith("\uFEFF") ? 1 : span.start;
  offset += matchAt(SPACE, text, offset).length;
  while (offset < end) {
    const [kind, tokenText] = readToken(text, offset);
    const token = {
      kind,
      text: tokenText,
      span: { file, start: offset, end: offset + tokenText.length },
    };
    if (kind === "unterminated") reportUnterminated(token, report);
    tokens.push(token);
    offset = token.span.end;
    offset += matchAt(SPACE, text, offset).length;
  }
  return tokens;
}

function readToken(text: string, offset: number): [TokenKind, string] {
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

function reportUnterminated(token: Token, report: Report): void {
  const opening = token.text.startsWith("/*") || token.text.startsWith("$$") ? 2 : 1;
  const { name, end } = UNTERMINATED[token.text.charAt(0)]!;
  report({
    span: { ...token.span, end: token.span.start + opening },
    message: `Unterminated ${name}`,
    help: `Close the ${name} with ${quote(end)}`,
  });
}
