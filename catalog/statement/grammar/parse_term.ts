/**
 * Terms outside select lists: constants, markers, literals, calls, casts and sums of them. Follows
 * `term` of `Parser.g`.
 *
 * @module
 */

import { isKeyword, isOperator, stringOf, type Token } from "../../text/token.ts";
import {
  atCall,
  isColumnName,
  isName,
  parseFunctionName,
  parseName,
  parseNativeType,
  parseType,
} from "./parse_name.ts";
import type { BindMarker, Literal, LiteralType, Term } from "../term.ts";
import type { TokenStream } from "./token_stream.ts";

export function parseTerm(stream: TokenStream): Term {
  const parseOperand = () => parseSigned(stream);
  return stream.nested(() => parseSum(stream, { parseOperand, ends: () => atColumn(stream) }));
}

export interface SumOptions {
  readonly parseOperand: () => Term;
  /** Whether the sum ends before the sign that comes next. */
  readonly ends: () => boolean;
}

/** A sum of products of what `parseOperand` reads. */
export function parseSum(stream: TokenStream, { parseOperand, ends }: SumOptions): Term {
  const parseProduct = () =>
    parseChain(stream, { signs: ["*", "/", "%"], parseOperand, ends: () => false });
  return parseChain(stream, { signs: ["+", "-"], parseOperand: parseProduct, ends });
}

interface ChainOptions extends SumOptions {
  readonly signs: readonly ("+" | "-" | "*" | "/" | "%")[];
}

function parseChain(stream: TokenStream, { signs, parseOperand, ends }: ChainOptions): Term {
  const first = parseOperand();
  const rest = [];
  for (;;) {
    const operator = signs.find((sign) => stream.atOperator(sign));
    if (operator === undefined || ends()) break;
    stream.take();
    rest.push({ operator, operand: parseOperand() });
  }
  if (rest.length === 0) return first;
  return { kind: "arithmetic", first, rest, span: stream.spanFrom(first) };
}

/** `SET column = term + column`: the last sign adds to the column, which is not a term. */
function atColumn(stream: TokenStream): boolean {
  return stream.atOperator("+") && isColumnName(stream.peek(1)) &&
    !isOperator(stream.peek(2), "(") && !isOperator(stream.peek(2), ".");
}

function parseSigned(stream: TokenStream): Term {
  if (!stream.atOperator("-")) return parseSimpleTerm(stream);
  const sign = stream.take();
  const operand = parseSimpleTerm(stream);
  return { kind: "negation", operand, span: stream.spanFrom(sign) };
}

function parseSimpleTerm(stream: TokenStream): Term {
  const token = stream.peek();
  const value = parseConstantIfAny(stream) ?? parseMarkerIfAny(stream);
  if (token === undefined) return stream.fail("a term");
  if (value !== null) return value;
  if (stream.skipKeywords("NULL")) return { kind: "null", span: token.span };
  if (isKeyword(token, "CAST") && isOperator(stream.peek(1), "(")) return parseCast(stream);
  if (atCall(stream)) return parseCall(stream);
  if (isOperator(token, "(")) return parseHintOrTuple(stream);
  if (isOperator(token, "[")) {
    return {
      kind: "list",
      items: stream.bracketed("[]", () => parseTerm(stream)),
      span: stream.spanFrom(token),
    };
  }
  if (isOperator(token, "{")) return parseBraces(stream);
  return stream.fail("a term");
}

const LITERALS: Partial<Record<Token["kind"], LiteralType>> = {
  string: "string",
  integer: "integer",
  float: "float",
  duration: "duration",
  uuid: "uuid",
  hex: "blob",
};

/** Words that are constants. */
const WORDS: Readonly<Record<string, LiteralType>> = {
  true: "boolean",
  false: "boolean",
  nan: "float",
  infinity: "float",
};

/** The constant that comes next; null if none does. With `only`, no other kind of token will do. */
export function parseConstantIfAny(stream: TokenStream, only?: Token["kind"]): Literal | null {
  const token = stream.peek();
  if (token === undefined || only !== undefined && token.kind !== only) return null;
  const { kind, span } = token;
  const text = token.text.toLowerCase();
  const type = kind === "word" && Object.hasOwn(WORDS, text) ? WORDS[text] : LITERALS[kind];
  if (type === undefined) return null;
  stream.take();
  // The case of an ISO 8601 duration is part of it: `P1M` is a month, `1m` a minute.
  const value = type === "string" ? stringOf(token) : type === "duration" ? token.text : text;
  return { kind: "literal", type, value, span };
}

/** The marker that comes next; null if none does. */
export function parseMarkerIfAny(stream: TokenStream): BindMarker | null {
  const start = stream.peek();
  if (start === undefined) return null;
  if (stream.skipOperator("?")) {
    return { kind: "marker", name: null, written: null, span: start.span };
  }
  if (!stream.skipOperator(":")) return null;
  const written = stream.peek()?.text ?? null;
  const { name } = parseName(stream, "the name of a marker");
  return { kind: "marker", name, written, span: stream.spanFrom(start) };
}

/** The value of `LIMIT`, `TTL` and `TIMESTAMP`. */
export function parseInteger(stream: TokenStream): Literal | BindMarker {
  return parseConstantIfAny(stream, "integer") ?? parseMarkerIfAny(stream) ??
    stream.fail("a whole number or a marker");
}

function parseCall(stream: TokenStream): Term {
  const name = parseFunctionName(stream);
  const items = stream.bracketed("()", () => parseTerm(stream));
  return { kind: "call", function: name, arguments: items, span: stream.spanFrom(name) };
}

function parseCast(stream: TokenStream): Term {
  const start = stream.take();
  stream.expectOperator("(");
  const operand = stream.nested(() => parseSimpleTerm(stream));
  stream.expectKeywords("AS");
  const type = parseNativeType(stream);
  stream.expectOperator(")");
  return { kind: "cast", operand, type, span: stream.spanFrom(start) };
}

/** `(type) term`, or a tuple. Only a string could be both: it is a type where a term follows. */
function parseHintOrTuple(stream: TokenStream): Term {
  const start = stream.peek()!;
  const hint = stream.attempt(() => {
    stream.expectOperator("(");
    const type = parseType(stream);
    stream.expectOperator(")");
    return startsTerm(stream) ? type : stream.fail("a term");
  });
  if (hint !== null) {
    const operand = stream.nested(() => parseSimpleTerm(stream));
    return { kind: "hint", type: hint, operand, span: stream.spanFrom(start) };
  }
  return parseTuple(stream);
}

/** Terms in parentheses, at least one. */
export function parseTuple(stream: TokenStream): Term {
  const start = stream.expectOperator("(");
  const items = stream.list(() => parseTerm(stream));
  stream.expectOperator(")");
  return { kind: "tuple", items, span: stream.spanFrom(start) };
}

function startsTerm(stream: TokenStream): boolean {
  const token = stream.peek();
  if (token === undefined) return false;
  const { kind, text } = token;
  if (isOperator(token, ":")) {
    // If the key of a map is a string in parentheses, a value follows.
    return isName(stream.peek(1)) &&
      !["(", "."].some((sign) => isOperator(stream.peek(2), sign));
  }
  if (kind === "operator") return "([{?".includes(text);
  if (kind !== "word") return kind !== "quoted" || atCall(stream);
  return Object.hasOwn(WORDS, text.toLowerCase()) || isKeyword(token, "NULL") || atCall(stream) ||
    isKeyword(token, "CAST") && isOperator(stream.peek(1), "(");
}

/** A set, a map, or a value of a user-defined type. */
function parseBraces(stream: TokenStream): Term {
  const start = stream.take();
  if (stream.skipOperator("}")) return { kind: "set", items: [], span: stream.spanFrom(start) };
  if (isName(stream.peek()) && isOperator(stream.peek(1), ":")) {
    const fields = stream.list(() => {
      const field = parseName(stream, "a field");
      stream.expectOperator(":");
      return { field, value: parseTerm(stream) };
    });
    stream.expectOperator("}");
    return { kind: "fields", fields, span: stream.spanFrom(start) };
  }
  return parseSetOrMap(stream, { start, parseItem: () => parseTerm(stream) });
}

/** The rest of a set or a map, after its opening brace. */
export function parseSetOrMap(
  stream: TokenStream,
  { start, parseItem }: { readonly start: Token; readonly parseItem: () => Term },
): Term {
  const first = parseItem();
  if (!stream.skipOperator(":")) {
    const items = [first];
    while (stream.skipOperator(",")) items.push(parseItem());
    stream.expectOperator("}");
    return { kind: "set", items, span: stream.spanFrom(start) };
  }
  const entries = [{ key: first, value: parseItem() }];
  while (stream.skipOperator(",")) {
    const key = parseItem();
    stream.expectOperator(":");
    entries.push({ key, value: parseItem() });
  }
  stream.expectOperator("}");
  return { kind: "map", entries, span: stream.spanFrom(start) };
}
