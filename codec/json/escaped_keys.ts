/**
 * A workaround for a fault of `JSON.parse` in V8 15. Where an object has a key that ends in a backslash, such
 * as `a\`, a later object with a key whose source begins with the same characters, such as `"a\n"` or `"a\""`,
 * gets the key `a\` instead. Few texts have escapes in their keys. Such a text is rewritten without any
 * backslash and parsed, and its strings are restored.
 *
 * @module
 */
import { BACKSLASH, COLON, QUOTE } from "./characters.ts";
import { closingQuote } from "./closing_quote.ts";
import { isJsonObject } from "./json_object.ts";

/**
 * Stands before each character that JSON has to escape; the character itself is shifted to a range that needs
 * no escape. JSON allows this stand-in unescaped, and it keeps a text of Latin letters at one byte a character.
 */
const STAND_IN = "\x7f";
const SHIFT = 0x80;

const ESCAPE_OR_STAND_IN = /\\(?:u([0-9a-fA-F]{4})|(.))|\x7f/gs;
const STOOD_FOR = /\x7f(.)/gs;

/** The meaning of letters after a backslash (RFC 8259, section 7); other characters mean themselves. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Whether a key of a text that `JSON.parse` accepts is written with an escape. */
export function hasEscapedKey(text: string): boolean {
  // In JSON a backslash stands inside a string: only its end is needed, not its beginning.
  let escape = text.indexOf("\\");
  while (escape !== -1) {
    const end = closingQuote(text, escape) + 1;
    if (isKey(text, end)) return true;
    escape = text.indexOf("\\", end);
  }
  return false;
}

/**
 * Parses a text that `JSON.parse` accepts, with keys as they are written.
 *
 * @param parse reads JSON, as `JSON.parse` does
 */
export function parseEscapedKeys(text: string, parse: (json: string) => unknown): unknown {
  return restoreAll(parse(text.replaceAll(ESCAPE_OR_STAND_IN, withoutBackslash)));
}

/** Whether a colon follows, after white space. */
function isKey(text: string, end: number): boolean {
  let index = end;
  while (" \t\n\r".includes(text.charAt(index)) && index < text.length) index++;
  return text.charCodeAt(index) === COLON;
}

/**
 * The character of an escape, as it is where JSON allows that. So two spellings of one key stay one
 * key, and the last of them wins as always.
 */
function withoutBackslash(match: string, hex?: string, letter?: string): string {
  const character = hex !== undefined
    ? String.fromCharCode(parseInt(hex, 16))
    : letter === undefined
    ? match
    : LETTERS.get(letter) ?? letter;
  const code = character.charCodeAt(0);
  const needsEscape = code < 0x20 || code === QUOTE || code === BACKSLASH ||
    character === STAND_IN;
  return needsEscape ? STAND_IN + String.fromCharCode(code + SHIFT) : character;
}

function restoreAll(value: unknown): unknown {
  if (typeof value === "string") return restore(value);
  if (Array.isArray(value)) return value.map(restoreAll);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [restore(key), restoreAll(member)]),
  );
}

function restore(part: string): string {
  if (!part.includes(STAND_IN)) return part;
  return part.replaceAll(
    STOOD_FOR,
    (_, shifted) => String.fromCharCode(shifted.charCodeAt(0) - SHIFT),
  );
}
