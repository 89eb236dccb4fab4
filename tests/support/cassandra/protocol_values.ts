/**
 * Values as the CQL binary protocol v4 has them in its frames, section 3, and in its rows, section 6.
 *
 * @module
 */
import { Buffer } from "node:buffer";

export function int(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

export function short(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}

export function text(characters: string): Buffer {
  return Buffer.from(characters);
}

export function string(characters: string): Buffer {
  return Buffer.concat([short(characters.length), text(characters)]);
}

export function value(bytes: Buffer): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

export function inet(hostname: string): Buffer {
  return Buffer.from(hostname.split(".").map(Number));
}
