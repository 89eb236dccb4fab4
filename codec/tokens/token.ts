/**
 * A value as it is in the bytes of a text, in JSON or in a field of CSV, and the function that writes its value.
 *
 * @module
 */
import { QUOTE } from "../json/characters.ts";
import type { RowPacker } from "../packed/packed_rows.ts";

/** A part of some bytes. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Writes the value of a token as the next one of a row. The token may change meanwhile.
 *
 * @returns whether it did; if not, the caller cuts off what it wrote
 */
export type TokenWriter = (token: Token, row: RowPacker) => boolean;

const ZERO = 0x30;

/** It has a position, which moves forward as the token is read. */
export class Token {
  bytes: Uint8Array = new Uint8Array();
  start = 0;
  end = 0;
  /** The byte that is read next. */
  at = 0;

  /** Moves on to another value of the same bytes. */
  set(start: number, end: number): void {
    this.start = start;
    this.at = start;
    this.end = end;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Leaves the quotes of a JSON string behind. @returns false if it is not one */
  enterString(): boolean {
    const { bytes, start, end } = this;
    if (end - start < 2 || bytes[start] !== QUOTE || bytes[end - 1] !== QUOTE) return false;
    this.set(start + 1, end - 1);
    return true;
  }

  /** The next byte; NaN at the end of all bytes. */
  next(): number {
    return this.bytes[this.at++] ?? NaN;
  }

  /** The number that the next `count` digits make; -1 if they are not all digits. */
  digits(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) {
      const digit = this.next() - ZERO;
      if (!(digit >= 0 && digit <= 9)) return -1;
      value = value * 10 + digit;
    }
    return value;
  }
}
