/**
 * Bytes as a JSON string in base64 (RFC 4648, section 4), without a text in between: the runtime makes that outside the
 * heap, where each waits for a garbage collection, and a call of the runtime takes longer than sixteen bytes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { EQUALS, QUOTE } from "../json/characters.ts";
import type { JsonWriter } from "../json/json_writer.ts";

const ALPHABET = Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "latin1",
);

export function writeBase64(source: Buffer, start: number, end: number, out: JsonWriter): void {
  const rest = (end - start) % 3;
  const whole = end - rest;
  out.reserve(4 * Math.ceil((end - start) / 3) + 2);
  const { bytes } = out;
  let { at } = out;
  bytes[at++] = QUOTE;
  for (let index = start; index < whole; index += 3) {
    const three = source[index]! << 16 | source[index + 1]! << 8 | source[index + 2]!;
    bytes[at++] = ALPHABET[three >> 18]!;
    bytes[at++] = ALPHABET[three >> 12 & 63]!;
    bytes[at++] = ALPHABET[three >> 6 & 63]!;
    bytes[at++] = ALPHABET[three & 63]!;
  }
  if (rest > 0) {
    const last = source[whole]! << 16 | (rest === 2 ? source[whole + 1]! << 8 : 0);
    bytes[at++] = ALPHABET[last >> 18]!;
    bytes[at++] = ALPHABET[last >> 12 & 63]!;
    bytes[at++] = rest === 2 ? ALPHABET[last >> 6 & 63]! : EQUALS;
    bytes[at++] = EQUALS;
  }
  bytes[at++] = QUOTE;
  out.at = at;
}
