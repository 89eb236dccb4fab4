/**
 * Finds the fields of a record of CSV (RFC 4180) in the bytes of a line. It gives up on what only a mistake can be:
 * quotes in the wrong place, and more fields or fewer than there are columns. Values are read and refused elsewhere.
 *
 * @module
 */
import { COMMA, QUOTE } from "../../../codec/json/characters.ts";
import type { ByteRange } from "../../../codec/tokens/token.ts";
import type { ValueLocator } from "./value_locator.ts";

const CARRIAGE_RETURN = 0x0d;
const NOT_THERE = -1;

/** A value that a column may hold. */
export interface LocatedColumn {
  /** The index of the value; -1 for a column without a name, which holds none. */
  readonly index: number;
  /** Whether an empty field is null. If not, the line leaves the value out. */
  readonly isNullable: boolean;
}

export class FieldLocator implements ValueLocator {
  readonly starts: Int32Array;
  /** For null, before the start. */
  readonly ends: Int32Array;
  bytes: Uint8Array = new Uint8Array();
  readonly emptyLength = 0;
  readonly #columns: readonly LocatedColumn[];
  /** Whether the field of each value has doubled quotes. */
  readonly #isDoubled: Uint8Array;
  /** A record without doubled quotes, from its beginning. */
  #unescaped = new Uint8Array();

  /** @param columns in the order of their fields */
  constructor(columns: readonly LocatedColumn[], values: number) {
    this.#columns = columns;
    this.starts = new Int32Array(values).fill(NOT_THERE);
    this.ends = new Int32Array(values);
    this.#isDoubled = new Uint8Array(values);
  }

  locate({ bytes, start, end }: ByteRange): boolean {
    const columns = this.#columns;
    let hasDoubled = false;
    let at = start;
    for (let column = 0; column < columns.length; column++) {
      const { index, isNullable } = columns[column]!;
      let from = at;
      let to = at;
      let isDoubled = false;
      if (at < end && bytes[at] === QUOTE) {
        from++;
        for (to++;; to++) {
          if (to >= end) return false;
          if (bytes[to] !== QUOTE) continue;
          if (to + 1 >= end || bytes[to + 1] !== QUOTE) break;
          isDoubled = true;
          to++;
        }
        at = to + 1;
        if (at < end && bytes[at] !== COMMA) return false;
      } else {
        for (; at < end; at++) {
          const byte = bytes[at];
          if (byte === COMMA) break;
          if (byte === QUOTE || byte === CARRIAGE_RETURN) return false;
        }
        to = at === from ? from - 1 : at;
      }
      if (index === NOT_THERE) {
        if (to > from) return false;
      } else {
        this.starts[index] = to < from && !isNullable ? NOT_THERE : from;
        this.ends[index] = to;
        this.#isDoubled[index] = isDoubled ? 1 : 0;
        hasDoubled ||= isDoubled;
      }
      if (at >= end) {
        if (column < columns.length - 1) return false;
        this.bytes = bytes;
        if (hasDoubled) this.#unescape({ bytes, start, end });
        return true;
      }
      // The comma.
      at++;
    }
    // There are more fields than columns.
    return false;
  }

  isNull(index: number): boolean {
    return this.ends[index]! < this.starts[index]!;
  }

  /** Copies the record, and writes each doubled quote once. */
  #unescape({ bytes, start, end }: ByteRange): void {
    const { starts, ends } = this;
    if (this.#unescaped.length < end - start) this.#unescaped = new Uint8Array(2 * (end - start));
    const copy = this.#unescaped;
    copy.set(bytes.subarray(start, end));
    for (let index = 0; index < starts.length; index++) {
      if (starts[index] === NOT_THERE) continue;
      starts[index]! -= start;
      ends[index]! -= start;
      if (this.#isDoubled[index] === 0) continue;
      let to = starts[index]!;
      for (let from = to; from < ends[index]!; from++) {
        const byte = copy[from]!;
        copy[to++] = byte;
        if (byte === QUOTE) from++;
      }
      ends[index] = to;
    }
    this.bytes = copy;
  }
}
