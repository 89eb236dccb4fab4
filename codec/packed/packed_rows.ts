/**
 * Rows of bound values as the bytes of a BATCH: the number of values in two bytes, then each value after its
 * length in four (native protocol version 4, sections 3 and 4.1.7). A row is written once, value by value, and
 * copied into the frame unchanged: no value needs a separate `Buffer`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { LENGTH_BYTES, lengthOf, NULL, packedSize, packValue, type Value } from "./packed_value.ts";

/** A row, in a block that it shares with others. Its bytes never change. */
export interface PackedRow {
  readonly block: Buffer;
  readonly start: number;
  readonly end: number;
}

const COUNT_BYTES = 2;
/** Holds the rows of a few hundred lines; a larger row gets a separate block. */
const BLOCK_BYTES = 64 * 1024;

/** Writes rows, one after the other, into blocks that fill up. */
export class RowPacker {
  /** Values are written into it, at the offsets that `place()` gives. */
  block: Buffer = Buffer.alloc(0);
  view: DataView = viewOf(this.block);
  #start = 0;
  #end = 0;

  /** Begins a row of this many values. A row that was begun and not ended is dropped. */
  begin(values: number): void {
    this.#end = this.#start;
    this.#reserve(COUNT_BYTES);
    this.view.setUint16(this.#end, values);
    this.#end += COUNT_BYTES;
  }

  /** Makes room for the next value. @returns where in the block its bytes belong */
  place(length: number): number {
    this.#reserve(LENGTH_BYTES + length);
    const at = this.#end + LENGTH_BYTES;
    this.view.setInt32(this.#end, length);
    this.#end = at + length;
    return at;
  }

  /** Writes the next value. */
  put(value: Value): void {
    if (value) {
      const at = this.place(value.length);
      this.block.set(value, at);
      return;
    }
    this.#reserve(LENGTH_BYTES);
    this.view.setInt32(this.#end, lengthOf(value));
    this.#end += LENGTH_BYTES;
  }

  /** Where the row ends so far, from its beginning. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Cuts the row off at that length. */
  cut(length: number): void {
    this.#end = this.#start + length;
  }

  /** Where the row begins in the block, until more is written. */
  get start(): number {
    return this.#start;
  }

  /** Ends the row. */
  end(): PackedRow {
    const row = { block: this.block, start: this.#start, end: this.#end };
    this.#start = this.#end;
    return row;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.block.length) return;
    const written = this.block.subarray(this.#start, this.#end);
    // Not a view on the pool of small buffers, which a single row would keep alive.
    this.block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, 2 * (written.length + length)));
    this.view = viewOf(this.block);
    this.block.set(written);
    this.#end = written.length;
    this.#start = 0;
  }
}

/** A single row. */
export function packRow(values: readonly Value[]): PackedRow {
  const size = values.reduce(
    (sum, value) => sum + packedSize(value),
    COUNT_BYTES,
  );
  const block = Buffer.allocUnsafe(size);
  let at = block.writeUInt16BE(values.length, 0);
  for (const value of values) at = packValue(value, block, at);
  return { block, start: 0, end: size };
}

/** The values of a row, as views on its block. */
export function unpackRow({ block, start }: PackedRow): Value[] {
  const values = new Array<Value>(block.readUInt16BE(start));
  let at = start + COUNT_BYTES;
  for (let index = 0; index < values.length; index++) {
    const length = block.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length >= 0) {
      values[index] = block.subarray(at, at + length);
      at += length;
    } else {
      values[index] = length === NULL ? null : undefined;
    }
  }
  return values;
}

/** The bytes of all values of a row. */
export function bytesOfValues({ block, start, end }: PackedRow): number {
  return end - start - COUNT_BYTES - block.readUInt16BE(start) * LENGTH_BYTES;
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
