/**
 * The keys of packed rows, as strings that are the same where their bytes are: how rows are told apart that
 * may be written together.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { bytesOfValues, type PackedRow } from "../../codec/packed/packed_rows.ts";
import type { RowKey } from "../prepare/prepared_query.ts";

/** A row, with what it is grouped by. */
export interface KeyedRow {
  readonly packed: PackedRow;
  readonly partition: string;
  /** Within the partition. */
  readonly row: string;
  /** Of its values, in bytes. */
  readonly bytes: number;
}

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;

/** Where the values of a row begin, each with its length before it; after the last one, where that ends. */
interface Found {
  readonly starts: Int32Array;
  block: Buffer;
}

/** Gives rows their keys, one after the other. */
export class RowKeys {
  readonly #key: RowKey;
  #found: Found;
  /** Of the row before: neighbours mostly lie in one partition, which has its string already. */
  #before: Found;
  #partition: string | null = null;

  constructor(key: RowKey) {
    this.#key = key;
    const length = Math.max(-1, ...key.partition, ...key.row) + 2;
    const empty = () => ({ starts: new Int32Array(length), block: Buffer.alloc(0) });
    this.#found = empty();
    this.#before = empty();
  }

  keyed(packed: PackedRow): KeyedRow {
    [this.#found, this.#before] = [this.#before, this.#found];
    find(packed, this.#found);
    if (this.#partition === null || !this.#isSamePartition()) {
      this.#partition = this.#join(this.#key.partition);
    }
    return {
      packed,
      partition: this.#partition,
      row: this.#join(this.#key.row),
      bytes: bytesOfValues(packed),
    };
  }

  #isSamePartition(): boolean {
    const { starts, block } = this.#found;
    const { starts: startsBefore, block: blockBefore } = this.#before;
    for (const position of this.#key.partition) {
      const length = starts[position + 1]! - starts[position]!;
      if (startsBefore[position + 1]! - startsBefore[position]! !== length) return false;
      for (let index = 0; index < length; index++) {
        const byte = block[starts[position]! + index];
        if (byte !== blockBefore[startsBefore[position]! + index]) return false;
      }
    }
    return true;
  }

  /** Values with their lengths, so that no two lists of values are joined alike. */
  #join(positions: readonly number[]): string {
    const { starts, block } = this.#found;
    let key = "";
    for (const position of positions) {
      key += block.toString("latin1", starts[position]!, starts[position + 1]!);
    }
    return key;
  }
}

function find({ block, start }: PackedRow, found: Found): void {
  found.block = block;
  let at = start + COUNT_BYTES;
  for (let index = 0; index < found.starts.length; index++) {
    found.starts[index] = at;
    const length = block[at]! << 24 | block[at + 1]! << 16 | block[at + 2]! << 8 | block[at + 3]!;
    at += LENGTH_BYTES + Math.max(0, length);
  }
}
