/**
 * Finds the members of a JSON object (RFC 8259) in the bytes of a line. It knows the possible names, and gives
 * up on everything unusual: another name, a name that appears twice or is written with an escape, values that
 * nest deeply, and text that is not JSON. Values are read and refused elsewhere: for a number or a word, only
 * its end is found here.
 *
 * @module
 */
import type { ByteRange } from "../../../codec/tokens/token.ts";
import type { ValueLocator } from "./value_locator.ts";

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Well below the depth that a JSON text may have, so that the member and the levels around it always fit. */
const MAX_DEPTH = 16;
const NOT_FOUND = -1;

/** As bytes: `null`. */
const NULL = [0x6e, 0x75, 0x6c, 0x6c];

export class MemberLocator implements ValueLocator {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  bytes: Uint8Array = new Uint8Array();
  /** Of `""`; other values that are as short take the other way as well. */
  readonly emptyLength = 2;
  /** The names, each with the quote after it. */
  readonly #names: readonly Uint8Array[];
  /** The order of the names in the previous line. */
  readonly #order: Int32Array;

  constructor(names: readonly string[]) {
    const encoder = new TextEncoder();
    this.#names = names.map((name) => encoder.encode(`${name}"`));
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
    this.#order = Int32Array.from(names.keys());
  }

  locate({ bytes, start, end }: ByteRange): boolean {
    const { starts, ends } = this;
    this.bytes = bytes;
    starts.fill(NOT_FOUND);
    let at = skipSpace(bytes, start);
    if (bytes[at] !== OPEN_BRACE) return false;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] === CLOSE_BRACE) return skipSpace(bytes, at + 1) === end;
    for (let count = 0; count < starts.length; count++) {
      if (bytes[at] !== QUOTE) return false;
      const index = this.#find({ bytes, start: at + 1, end }, count);
      if (index === NOT_FOUND || starts[index] !== NOT_FOUND) return false;
      at = skipSpace(bytes, at + 1 + this.#names[index]!.length);
      if (bytes[at] !== COLON) return false;
      at = skipSpace(bytes, at + 1);
      starts[index] = at;
      at = endOfValue({ bytes, start: at, end });
      if (at === NOT_FOUND) return false;
      ends[index] = at;
      at = skipSpace(bytes, at);
      if (bytes[at] === CLOSE_BRACE) return skipSpace(bytes, at + 1) === end;
      if (bytes[at] !== COMMA) return false;
      at = skipSpace(bytes, at + 1);
    }
    // There are more members than names.
    return false;
  }

  isNull(index: number): boolean {
    const { bytes } = this;
    const start = this.starts[index]!;
    return this.ends[index]! - start === NULL.length && bytes[start] === NULL[0] &&
      bytes[start + 1] === NULL[1] && bytes[start + 2] === NULL[2] && bytes[start + 3] === NULL[3];
  }

  /** The index of a name; lines mostly have the same names in the same order. */
  #find(range: ByteRange, count: number): number {
    const guess = this.#order[count]!;
    if (startsWith(range, this.#names[guess]!)) return guess;
    const index = this.#names.findIndex((name) => startsWith(range, name));
    if (index !== NOT_FOUND) this.#order[count] = index;
    return index;
  }
}

function startsWith({ bytes, start }: ByteRange, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index++) {
    if (bytes[start + index] !== name[index]) return false;
  }
  return true;
}

/** Ends at the newline after the line at the latest. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN) at++;
  return at;
}

/** The index after a value that begins at the start; -1 if it does not end. */
function endOfValue(range: ByteRange): number {
  const { bytes, start, end } = range;
  const first = bytes[start];
  if (first === QUOTE) return endOfString(range);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfContainer(range);
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === COMMA || byte === CLOSE_BRACE || byte <= SPACE) break;
  }
  return at === start ? NOT_FOUND : at;
}

/** Control characters are not allowed in strings. */
function endOfString({ bytes, start, end }: ByteRange): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
    else if (byte < SPACE) return NOT_FOUND;
  }
  return NOT_FOUND;
}

function endOfContainer({ bytes, start, end }: ByteRange): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString({ bytes, start: at, end }) - 1;
        if (at < start) return NOT_FOUND;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > MAX_DEPTH) return NOT_FOUND;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (--depth === 0) return at + 1;
    }
  }
  return NOT_FOUND;
}
