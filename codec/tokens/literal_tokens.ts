/**
 * `true` and `false`, and UUIDs without quotes.
 *
 * @module
 */
import type { RowPacker } from "../packed/packed_rows.ts";
import type { Token, TokenWriter } from "./token.ts";

const TRUE = [0x74, 0x72, 0x75, 0x65];
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65];

const HYPHEN = 0x2d;
const UUID_LENGTH = 36;
const UUID_BYTES = 16;
/** A bit for each byte that comes after a hyphen: 4, 6, 8 and 10. */
const HYPHENS = 0b101_0101_0000;
const VERSION_BYTE = 6;
const NOT_HEX = -1;
/** The value of each character as a hexadecimal digit. */
const HEX = Int8Array.from({ length: 256 }, (_, code) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase());
  return digit === -1 ? NOT_HEX : digit;
});

export function writeBoolean(token: Token, row: RowPacker): boolean {
  const isTrue = says(token, TRUE);
  if (!isTrue && !says(token, FALSE)) return false;
  const at = row.place(1);
  row.block[at] = isTrue ? 1 : 0;
  return true;
}

/** Whether a token is this word. */
function says({ bytes, start, length }: Token, word: readonly number[]): boolean {
  return length === word.length && word.every((code, index) => bytes[start + index] === code);
}

/** @param options.isTimed whether only UUIDs of version 1 are taken */
export function uuidWriter({ isTimed }: { readonly isTimed: boolean }): TokenWriter {
  return ({ bytes, start, length }, row) => {
    if (length !== UUID_LENGTH) return false;
    let from = start;
    const at = row.place(UUID_BYTES);
    for (let index = 0; index < UUID_BYTES; index++) {
      if ((HYPHENS >> index & 1) === 1 && bytes[from++] !== HYPHEN) return false;
      const high = HEX[bytes[from++]!]!;
      const low = HEX[bytes[from++]!]!;
      if (high === NOT_HEX || low === NOT_HEX) return false;
      row.block[at + index] = high << 4 | low;
    }
    return !isTimed || row.block[at + VERSION_BYTE]! >> 4 === 1;
  };
}
