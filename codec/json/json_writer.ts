/**
 * JSON text as UTF-8 bytes, written one value after another: the same text as from `JSON.stringify()`, without an
 * object or a string in between where a value needs none.
 *
 * A value's type decides how it looks (`codec/types/`); this file turns numbers, strings and words into bytes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { BACKSLASH, DIGIT_ZERO, HYPHEN, LETTER_U, POINT, QUOTE, SPACE } from "./characters.ts";

/** Bytes from here on belong to characters of several bytes. */
const NOT_ASCII = 0x80;

/** The longest number: a sign, 17 digits, a point, and an exponent of a sign and three digits. */
const MAX_NUMBER = 25;
/** Integers below it have nine digits at most, which 32 bits hold. */
const NINE_DIGITS = 1_000_000_000;
/** No two decimals with at most fifteen digits have the same nearest double. */
const FIFTEEN_DIGITS = 1e15;
/** Longer texts are copied by the runtime, shorter ones byte by byte. */
const LONG_TEXT = 48;

const DEFAULT_CAPACITY = 64 * 1024;
/** The largest buffer that is kept for the next text. */
const MAX_KEPT = 512 * 1024;

/** The longest escape stands for a control character. */
const MAX_ESCAPE = "\\u0000".length;
/** The letters of the escapes that have one, by the code of their character; else 0. */
const ESCAPE_LETTERS = Uint8Array.from({ length: NOT_ASCII }, (_, code) => {
  const escape = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
  return escape.length === 2 ? escape.charCodeAt(1) : 0;
});

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class JsonWriter {
  /**
   * Text is written up to `at`; the rest is free. Types write into it themselves after calling `reserve()`, which
   * may replace it.
   */
  bytes: Buffer<ArrayBuffer>;
  at = 0;
  readonly #capacity: number;

  /** @param capacity of bytes, to begin with */
  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Makes room for this many bytes. */
  reserve(length: number): void {
    if (this.bytes.length - this.at < length) this.#grow(length);
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.at + length));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  /** The text written so far. Valid until more is written. */
  view(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.buffer, 0, this.at);
  }

  /** The text written so far, as a string. */
  toString(): string {
    return decoder.decode(this.view());
  }

  /** A copy of the text; the next text starts from the beginning. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.view());
    this.at = 0;
    return bytes;
  }

  /** Copies of as many parts of this length as are written. The rest stays. */
  takeParts(length: number): Uint8Array<ArrayBuffer>[] {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let start = 0;
    for (; this.at - start >= length; start += length) {
      parts.push(new Uint8Array(this.view().subarray(start, start + length)));
    }
    this.bytes.copyWithin(0, start, this.at);
    this.at -= start;
    return parts;
  }

  /** Forgets the text, and gives back memory that only a rare text needs. */
  clear(): void {
    this.at = 0;
    if (this.bytes.length > MAX_KEPT) this.bytes = Buffer.allocUnsafeSlow(this.#capacity);
  }

  /** Text that is already encoded. */
  raw(text: Uint8Array): void {
    const { length } = text;
    this.reserve(length);
    const { bytes, at } = this;
    if (length > LONG_TEXT) bytes.set(text, at);
    else for (let index = 0; index < length; index++) bytes[at + index] = text[index]!;
    this.at = at + length;
  }

  /** A copy of the text from `start` on. */
  copyFrom(start: number): Uint8Array {
    // Not `slice()`, which makes a view of a `Buffer`.
    return new Uint8Array(this.bytes.subarray(start, this.at));
  }

  /** A single character of ASCII. */
  character(code: number): void {
    this.reserve(1);
    this.bytes[this.at++] = code;
  }

  /** Text of ASCII characters. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    if (length > LONG_TEXT) {
      this.at += this.bytes.write(text, this.at, length, "latin1");
      return;
    }
    const { bytes, at } = this;
    for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index);
    this.at = at + length;
  }

  /** Any text, as it is. */
  text(text: string): void {
    const { length } = text;
    this.reserve(3 * length);
    const { bytes, at } = this;
    if (length <= LONG_TEXT) {
      let index = 0;
      for (let code; index < length && (code = text.charCodeAt(index)) < NOT_ASCII; index++) {
        bytes[at + index] = code;
      }
      if (index === length) {
        this.at = at + length;
        return;
      }
    }
    this.at += encoder.encodeInto(text, new Uint8Array(bytes.buffer, at)).written;
  }

  /** Any value, by way of `JSON.stringify()`. */
  json(value: unknown): void {
    this.text(JSON.stringify(value));
  }

  /** A string of ASCII characters none of which JSON escapes. */
  plainString(text: string): void {
    this.character(QUOTE);
    this.ascii(text);
    this.character(QUOTE);
  }

  /** A string, from its bytes. */
  string(
    source: Buffer,
    start: number,
    end: number,
    encoding: "utf8" | "latin1" = "utf8",
  ): void {
    const begin = this.at;
    this.reserve(end - start + 2);
    let { bytes, at } = this;
    bytes[at++] = QUOTE;
    for (let index = start; index < end; index++) {
      const byte = source[index]!;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) {
        const room = MAX_ESCAPE + end - index;
        if (bytes.length - at < room) {
          this.at = at;
          this.reserve(room);
          ({ bytes } = this);
        }
        at = writeEscape(byte, bytes, at);
      } else if (byte < NOT_ASCII) {
        bytes[at++] = byte;
      } else {
        const length = encoding === "utf8" ? characterLength(source, index, end) : 0;
        if (length === 0) {
          // Bytes that are not UTF-8 are replaced, as a decoder would.
          this.at = begin;
          return this.json(source.toString(encoding, start, end));
        }
        bytes[at++] = byte;
        bytes[at++] = source[++index]!;
        if (length > 2) bytes[at++] = source[++index]!;
        if (length > 3) bytes[at++] = source[++index]!;
      }
    }
    bytes[at++] = QUOTE;
    this.at = at;
  }

  /** A number without a fraction that a double holds exactly. */
  integer(value: number): void {
    this.reserve(MAX_NUMBER);
    if (value < 0) this.bytes[this.at++] = HYPHEN;
    this.#digits(Math.abs(value));
  }

  /** A finite number other than -0, in the fewest digits that distinguish it from all others. */
  number(value: number): void {
    this.reserve(MAX_NUMBER);
    const magnitude = Math.abs(value);
    // Most numbers that people store have few digits after the point. If a number of at most fifteen digits
    // has this double as its nearest, it is the shortest that does.
    let scale = 1;
    for (let decimals = 0; decimals <= 4; decimals++, scale *= 10) {
      const scaled = Math.round(magnitude * scale);
      if (scaled >= FIFTEEN_DIGITS) break;
      if (scaled / scale !== magnitude) continue;
      if (value < 0) this.bytes[this.at++] = HYPHEN;
      const whole = Math.floor(magnitude);
      this.#digits(whole);
      if (decimals > 0) {
        this.bytes[this.at++] = POINT;
        this.padded(scaled - whole * scale, decimals);
      }
      return;
    }
    this.ascii(String(value));
  }

  /** The digits of a safe integer that is not negative; there is room for them. */
  #digits(value: number): void {
    if (value < NINE_DIGITS) return this.padded(value, lengthOf(value));
    const high = Math.floor(value / NINE_DIGITS);
    this.#digits(high);
    this.padded(value - high * NINE_DIGITS, 9);
  }

  /** An integer of at most nine digits, padded with zeros to `length` digits; there has to be room for them. */
  padded(value: number, length: number): void {
    const { bytes, at } = this;
    let rest = value | 0;
    for (let index = at + length - 1; index >= at; index--) {
      const tenth = (rest / 10) | 0;
      bytes[index] = DIGIT_ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.at = at + length;
  }
}

/** Writes two digits of a number below a hundred. */
export function writeTwoDigits(bytes: Buffer, at: number, value: number): void {
  // The quotient by ten, as far as it goes.
  const tens = (value * 103) >> 10;
  bytes[at] = DIGIT_ZERO + tens;
  bytes[at + 1] = DIGIT_ZERO + value - tens * 10;
}

/** Writes what stands for a character of ASCII; there has to be room for it. @returns where it ends */
function writeEscape(code: number, bytes: Buffer, start: number): number {
  let at = start;
  bytes[at++] = BACKSLASH;
  const letter = ESCAPE_LETTERS[code]!;
  if (letter !== 0) {
    bytes[at++] = letter;
    return at;
  }
  const digits = code.toString(16).padStart(4, "0");
  bytes[at++] = LETTER_U;
  for (let index = 0; index < digits.length; index++) bytes[at++] = digits.charCodeAt(index);
  return at;
}

/**
 * The bytes of the character that begins at `at` with a byte that is not ASCII; 0 if it is not well-formed
 * (Unicode 16, table 3-7).
 */
function characterLength(source: Buffer, at: number, end: number): number {
  const first = source[at]!;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second = source[at + 1]!;
  if (second < 0x80 || second > 0xbf) return 0;
  if (length === 2) return length;
  if ((source[at + 2]! & 0xc0) !== 0x80) return 0;
  // Too long for its character, half of a pair of surrogates, or beyond the last character.
  if (first === 0xe0 && second < 0xa0 || first === 0xed && second > 0x9f) return 0;
  if (length === 3) return length;
  if (first === 0xf0 && second < 0x90 || first === 0xf4 && second > 0x8f) return 0;
  return (source[at + 3]! & 0xc0) === 0x80 ? length : 0;
}

/** The number of digits of an integer of at most nine. */
function lengthOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}
