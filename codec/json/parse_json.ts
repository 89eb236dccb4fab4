/**
 * `JSON.parse` that never rounds a number: a literal whose value or spelling a JavaScript number
 * would lose comes back as an `ExactNumber` (ECMAScript proposal "JSON.parse source text access").
 *
 * @module
 */
import { hasEscapedKey, parseEscapedKeys } from "./escaped_keys.ts";
import { ExactNumber } from "./exact_number.ts";

/**
 * A literal that may need its source: minus zero, sixteen characters and more (fifteen digits are
 * always exact), an exponent, a fraction that ends in zero. Text inside strings can match too,
 * which costs time and nothing else.
 */
const SUSPECT = /(?:^|[\s:,[])(?:-0|-?[\d.]{16,}|-?\d[\d.]*[eE][+-]?\d+|-?\d+\.\d*0)(?=[\s,\]}]|$)/;

/**
 * Parses a JSON text. Numbers are `ExactNumber` where `number` would lose something: integers
 * beyond ±(2^53 - 1), and literals that JavaScript would not print as they are written.
 *
 * @throws {SyntaxError} if the text is not JSON, or nests more deeply than the stack allows.
 */
export function parseJson(text: string): unknown {
  // A reviver makes JSON.parse several times slower: most bodies go without.
  const parse = (json: string) =>
    SUSPECT.test(json) ? JSON.parse(json, keepExact) : JSON.parse(json);
  try {
    const value = parse(text);
    return hasEscapedKey(text) ? parseEscapedKeys(text, parse) : value;
  } catch (error) {
    // The reviver's walk is recursive where the parser itself is not.
    if (error instanceof RangeError) throw new SyntaxError("Cannot parse JSON: nested too deeply");
    throw error;
  }
}

function keepExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number") return value;
  const source = context?.source;
  if (source === undefined) throw new TypeError("Cannot parse JSON exactly: no source text access");
  return exactNumber(value, source);
}

/** A number that was read from its literal; the literal itself where the number says something else. */
export function exactNumber(value: number, source: string): number | ExactNumber {
  const isExact = source === String(value) &&
    (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isExact ? value : new ExactNumber(source);
}
