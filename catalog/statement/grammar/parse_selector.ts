/**
 * Terms of select lists and of `GROUP BY`, which may have columns and parts of columns in them. Follows
 * `unaliasedSelector` of `Parser.g`.
 *
 * @module
 */

import { isKeyword, isOperator, type Token } from "../../text/token.ts";
import {
  atCall,
  isName,
  parseFunctionName,
  parseName,
  parseNativeType,
  parseType,
} from "./parse_name.ts";
import {
  parseConstantIfAny,
  parseMarkerIfAny,
  parseSetOrMap,
  parseSum,
  parseTerm,
} from "./parse_term.ts";
import type { Name, Term } from "../term.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseSelectorTerm(stream: TokenStream): Term {
  const parseOperand = () => parseSigned(stream);
  return stream.nested(() => parseSum(stream, { parseOperand, ends: () => false }));
}

/** Whether a selector begins at the next token, and not the alias of the selector before it. */
export function startsSelector(stream: TokenStream): boolean {
  const token = stream.peek();
  if (token === undefined || atAlias(stream)) return false;
  if (isOperator(token, ":")) return isName(stream.peek(1));
  if (token.kind === "operator") return ["(", "[", "{", "?", "-"].includes(token.text);
  return token.kind !== "word" || isName(token) || atCall(stream) ||
    ["NULL", "TRUE", "FALSE", "NAN", "INFINITY"].some((word) => isKeyword(token, word));
}

/**
 * Whether `AS name` comes next. `as` is a column where what follows it may follow a column too: another
 * `AS`, or the `PER` of `PER PARTITION LIMIT`.
 */
function atAlias(stream: TokenStream): boolean {
  const name = stream.peek(1);
  return stream.atKeyword("AS") && isName(name) && !isKeyword(name, "AS") &&
    !isKeyword(name, "PER");
}

function parseSigned(stream: TokenStream): Term {
  const start = stream.peek();
  if (!stream.skipOperator("-")) return parseWithParts(stream);
  const operand = stream.nested(() => parseSigned(stream));
  return { kind: "negation", operand, span: stream.spanFrom(start!) };
}

/** A selector and what is picked from it: `a.field`, `a[key]`, `a[from..to]`. */
function parseWithParts(stream: TokenStream): Term {
  return parseParts(stream, parseSimpleSelector(stream));
}

const MAX_PARTS = 100;

function parseParts(stream: TokenStream, whole: Term): Term {
  let term = whole;
  for (let parts = 0;; parts++) {
    const isPart = stream.atOperator(".") || stream.atOperator("[");
    if (!isPart) return term;
    if (parts === MAX_PARTS) stream.fail(`at most ${MAX_PARTS} parts of a value`);
    term = stream.take().text === "." ? parseField(stream, term) : parseElement(stream, term);
  }
}

function parseField(stream: TokenStream, operand: Term): Term {
  const field = parseName(stream, "a field");
  return { kind: "field", operand, field, span: stream.spanFrom(operand) };
}

function parseElement(stream: TokenStream, operand: Term): Term {
  const from = stream.atOperator("..") ? null : parseTerm(stream);
  if (!stream.skipOperator("..")) {
    if (from === null) return stream.fail("a key");
    stream.expectOperator("]");
    return { kind: "element", operand, key: from, span: stream.spanFrom(operand) };
  }
  const to = from !== null && stream.atOperator("]") ? null : parseTerm(stream);
  stream.expectOperator("]");
  return { kind: "slice", operand, from, to, span: stream.spanFrom(operand) };
}

function parseSimpleSelector(stream: TokenStream): Term {
  const token = stream.peek();
  if (token === undefined) return stream.fail("a selector");
  const value = parseConstantIfAny(stream) ?? parseMarkerIfAny(stream);
  if (value !== null) return value;
  if (stream.skipKeywords("NULL")) return { kind: "null", span: token.span };
  if (isOperator(token, "(")) return parseHintOrParentheses(stream);
  if (isOperator(token, "[")) {
    return {
      kind: "list",
      items: stream.bracketed("[]", () => parseSelectorTerm(stream)),
      span: stream.spanFrom(token),
    };
  }
  if (isOperator(token, "{")) return parseBraces(stream);
  const special = parseSpecialCall(stream, token);
  if (special !== null) return special;
  if (atCall(stream)) {
    const name = parseFunctionName(stream);
    const items = stream.bracketed("()", () => parseSelectorTerm(stream));
    return { kind: "call", function: name, arguments: items, span: stream.spanFrom(name) };
  }
  return columnTerm(parseName(stream, "a selector"));
}

/** What is written like a call without being a call. */
function parseSpecialCall(stream: TokenStream, token: Token): Term | null {
  if (token.kind !== "word" || !isOperator(stream.peek(1), "(")) return null;
  const word = token.text.toLowerCase();
  if (word === "count" && isOperator(stream.peek(2), "*")) {
    for (let index = 0; index < 3; index++) stream.take();
    stream.expectOperator(")");
    return { kind: "count_rows", span: stream.spanFrom(token) };
  }
  if (word === "writetime" || word === "maxwritetime" || word === "ttl") {
    stream.take();
    stream.take();
    const operand = parseParts(stream, columnTerm(parseName(stream, "a column")));
    stream.expectOperator(")");
    return { kind: "cell_metadata", of: word, operand, span: stream.spanFrom(token) };
  }
  if (word !== "cast") return null;
  stream.take();
  stream.take();
  const operand = parseSelectorTerm(stream);
  stream.expectKeywords("AS");
  const type = parseNativeType(stream);
  stream.expectOperator(")");
  return { kind: "cast", operand, type, span: stream.spanFrom(token) };
}

/**
 * `(type) selector`, or selectors in parentheses. `(a) b` gives `b` the type `a`; so does `(a)[0]`,
 * while `(a)[0..1]`, which is not a list, is a slice of `a`.
 */
function parseHintOrParentheses(stream: TokenStream): Term {
  const start = stream.peek()!;
  const parseOperand = () => stream.nested(() => parseSimpleSelector(stream));
  const hint = stream.attempt(() => {
    stream.expectOperator("(");
    const type = parseType(stream);
    stream.expectOperator(")");
    if (!startsHinted(stream)) stream.fail("a selector");
    return { type, list: stream.atOperator("[") ? parseOperand() : null };
  });
  if (hint === null) return parseParentheses(stream);
  const operand = hint.list ?? parseOperand();
  return { kind: "hint", type: hint.type, operand, span: stream.spanFrom(start) };
}

function parseParentheses(stream: TokenStream): Term {
  const start = stream.expectOperator("(");
  const items = stream.list(() => parseSelectorTerm(stream));
  stream.expectOperator(")");
  return { kind: "tuple", items, span: stream.spanFrom(start) };
}

/** Whether what comes next can have the type before it, and does not begin the next clause. */
function startsHinted(stream: TokenStream): boolean {
  return startsSelector(stream) && !stream.atOperator("-") && !stream.atKeyword("PER", "PARTITION");
}

function parseBraces(stream: TokenStream): Term {
  const start = stream.take();
  if (stream.skipOperator("}")) return { kind: "set", items: [], span: stream.spanFrom(start) };
  return parseSetOrMap(stream, { start, parseItem: () => parseSelectorTerm(stream) });
}

function columnTerm(column: Name): Term {
  return { kind: "column", column, span: column.span };
}
