/**
 * Text whose bytes are those of the value.
 *
 * @module
 */
import { isUtf8 } from "node:buffer";
import type { TokenWriter } from "./token.ts";

const MAX_ASCII = 0x7f;
/** No byte is it. */
const NO_ESCAPE = -1;

/**
 * For what stands between the quotes of a JSON string, and for text without quotes. The caller, who found where a
 * JSON string ends, has seen that it has no control characters.
 *
 * @param options.escape the byte that begins an escape: text with it is left to the codec
 */
export function textWriter(
  { isAscii, escape = NO_ESCAPE }: { readonly isAscii: boolean; readonly escape?: number },
): TokenWriter {
  return ({ bytes, start, end, length }, row) => {
    const at = row.place(length);
    const { block } = row;
    let all = 0;
    for (let from = start, to = at; from < end; from++, to++) {
      const byte = bytes[from]!;
      if (byte === escape) return false;
      all |= byte;
      block[to] = byte;
    }
    return all <= MAX_ASCII || !isAscii && isUtf8(block.subarray(at, at + length));
  };
}
