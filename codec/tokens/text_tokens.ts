/**
 * Text without escapes: its bytes as they are.
 *
 * @module
 */
import { isUtf8 } from "node:buffer";
import type { TokenWriter } from "./token.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_ASCII = 0x7f;

/** For well-formed strings: the caller, who found where the string ends, has seen that it has no control characters. */
export function textWriter({ isAscii }: { readonly isAscii: boolean }): TokenWriter {
  return ({ bytes, start, end, length }, row) => {
    if (length < 2 || bytes[start] !== QUOTE) return false;
    const at = row.place(length - 2);
    const { block } = row;
    let all = 0;
    for (let from = start + 1, to = at; from < end - 1; from++, to++) {
      const byte = bytes[from]!;
      if (byte === BACKSLASH) return false;
      all |= byte;
      block[to] = byte;
    }
    return all <= MAX_ASCII || !isAscii && isUtf8(block.subarray(at, at + length - 2));
  };
}
