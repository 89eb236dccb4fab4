/**
 * The keys of packed rows: how rows are told apart that may be written together, by the bytes of their
 * values.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { bytesOfValues, type PackedRow } from "../../codec/packed/packed_rows.ts";
import type { RowKey } from "../prepare/prepared_query.ts";
import type { GroupKey } from "./group_lines.ts";

/** A row, and the key that it is grouped by. */
export interface KeyedRow {
  readonly packed: PackedRow;
  /** The same string for all rows of the partition, and for no others. */
  readonly partition: string;
  /** Where in its block its own key stands, if that stands in one piece; else both are zero. */
  readonly start: number;
  readonly end: number;
}

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;

/** Where values begin, each preceded by its length, up to the end of the last one that is needed. */
interface Found {
  readonly starts: Int32Array;
  block: Buffer | null;
}

/** Gives rows their keys, one after the other, and compares them. */
export class RowKeys implements GroupKey<KeyedRow> {
  readonly #key: RowKey;
  readonly #isInOnePiece: boolean;
  #found: Found;
  /** Of the row before: neighbours mostly lie in one partition, which has its string already. */
  #before: Found;
  #partition = "";

  constructor(key: RowKey) {
    this.#key = key;
    const { row } = key;
    this.#isInOnePiece = row.length > 0 &&
      row.every((position, index) => position === row[0]! + index);
    const length = Math.max(-1, ...key.partition, ...row) + 2;
    this.#found = { starts: new Int32Array(length), block: null };
    this.#before = { starts: new Int32Array(length), block: null };
  }

  keyed(packed: PackedRow): KeyedRow {
    [this.#found, this.#before] = [this.#before, this.#found];
    find(packed, this.#found);
    if (!this.#isPartitionBefore()) this.#partition = join(this.#found, this.#key.partition);
    const { starts } = this.#found;
    const { row } = this.#key;
    return {
      packed,
      partition: this.#partition,
      start: this.#isInOnePiece ? starts[row[0]!]! : 0,
      end: this.#isInOnePiece ? starts[row.at(-1)! + 1]! : 0,
    };
  }

  partition({ partition }: KeyedRow): string {
    return partition;
  }

  row({ packed }: KeyedRow): string {
    const found = { starts: new Int32Array(this.#found.starts.length), block: null };
    find(packed, found);
    return join(found, this.#key.row);
  }

  size({ packed }: KeyedRow): number {
    return bytesOfValues(packed);
  }

  /** Compares the bytes of their keys. */
  compare(one: KeyedRow, other: KeyedRow): number {
    const [oneBlock, otherBlock] = [one.packed.block, other.packed.block];
    const length = Math.min(one.end - one.start, other.end - other.start);
    for (let index = 0; index < length; index++) {
      const difference = oneBlock[one.start + index]! - otherBlock[other.start + index]!;
      if (difference !== 0) return difference;
    }
    // Each value has its length before it: of two keys, neither begins with the other.
    return 0;
  }

  #isPartitionBefore(): boolean {
    const { starts, block } = this.#found;
    const { starts: startsBefore, block: blockBefore } = this.#before;
    if (block === null || blockBefore === null) return false;
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

/** Values with their lengths, so that no two lists of values are joined alike. */
function join({ starts, block }: Found, positions: readonly number[]): string {
  let key = "";
  for (const position of positions) {
    key += block!.toString("latin1", starts[position]!, starts[position + 1]!);
  }
  return key;
}
