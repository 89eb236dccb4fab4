/**
 * Cursors: a position, encrypted and authenticated. A position is Cassandra's paging state, with the
 * bucket that it is in where a query walks. A raw position names the partition that it continues in:
 * anyone who could write one could read everybody's rows.
 *
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; what the cursor is bound to is the
 * additional data. Layout before base64url: version (1 byte), nonce (12), ciphertext, tag (16).
 *
 * A position is as long as the keys of its row. Where callers may not see all of these, its length is hidden, as version
 * 2: the position, a byte 0x80 and zeros (ISO/IEC 9797-1, padding method 2) make up a multiple of 256 bytes. The version is
 * then part of the additional data, so that nobody passes one for the other.
 *
 * A position can also be named: by an HMAC (RFC 2104), with a separate key that is derived from the sealing key
 * (RFC 5869). The same position of the same request always has the same name.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import { invalidCursor } from "../../errors/invalid_input.ts";

/** How long the name of a position is. */
export const NAME_BYTES = 16;

/** Of cursors that are as long as their position, and of those whose length says little of it. */
const PLAIN = 1;
const PADDED = 2;
/** Nearly all positions have one length: most keys are shorter than this. */
const STEP_BYTES = 256;
const END_OF_POSITION = 0x80;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";
const NAMING_KEY = "cqlgate: names of kept cursors";
/** The decoder takes a microsecond for each character that is not base64url. */
const BASE64URL = /^[\w-]*$/;

/** The only read that a cursor can be used for. */
export interface CursorBinding {
  /** The query's name. */
  readonly query: string;
  /** The query's statement: a cursor does not outlive a change of it. */
  readonly statement: string;
  /** The bound values, by position. */
  readonly values: readonly (Buffer | null | undefined)[];
  /** The caller that it was given to; empty on public routes. */
  readonly caller: string;
}

export interface SealOptions {
  /** Whether the cursor must not show how long the position is. Default: false. */
  readonly hidesLength?: boolean;
}

export interface CursorBox {
  /** A cursor for a position; safe in a URL. */
  seal(position: Buffer, binding: CursorBinding, options?: SealOptions): string;
  /** The name of a position: 16 bytes that nobody without the key can foretell. */
  name(position: Buffer, binding: CursorBinding): Buffer;
  /** @throws {ServiceError} `invalid_cursor` for anything that was not sealed for this binding with a known key */
  open(cursor: string, binding: CursorBinding): Buffer;
}

/** @param keys 32 bytes each; the first one seals, each may open */
export function createCursorBox(keys: readonly Uint8Array[]): CursorBox {
  const [sealing] = keys;
  if (sealing === undefined) throw new TypeError("Cannot create cursors: no key is given");
  const naming = Buffer.from(hkdfSync("sha256", sealing, "", NAMING_KEY, 32));
  return {
    seal(position, binding, { hidesLength = false } = {}) {
      const version = hidesLength ? PADDED : PLAIN;
      const content = hidesLength ? padded(position) : position;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealing, nonce).setAAD(additional(version, binding));
      const sealed = [Buffer.of(version), nonce, cipher.update(content), cipher.final()];
      return Buffer.concat([...sealed, cipher.getAuthTag()]).toString("base64url");
    },
    name(position, binding) {
      // The digest has one length, so that no two pairs have the same bytes.
      const hmac = createHmac("sha256", naming).update(digest(binding)).update(position);
      return hmac.digest().subarray(0, NAME_BYTES);
    },
    open(cursor, binding) {
      if (!BASE64URL.test(cursor)) throw invalidCursor();
      const bytes = Buffer.from(cursor, "base64url");
      const [version] = bytes;
      const isKnown = version === PLAIN || version === PADDED;
      const wellFormed = isKnown && bytes.length > 1 + NONCE_BYTES + TAG_BYTES &&
        bytes.toString("base64url") === cursor;
      if (!wellFormed) throw invalidCursor();
      const bound = additional(version, binding);
      for (const key of keys) {
        const content = decrypt(key, bytes, bound);
        if (content !== null) return version === PADDED ? unpadded(content) : content;
      }
      throw invalidCursor();
    },
  };
}

function padded(position: Buffer): Buffer {
  // One byte more, at least, marks the end.
  const steps = Math.floor(position.length / STEP_BYTES) + 1;
  const content = Buffer.alloc(steps * STEP_BYTES);
  position.copy(content);
  content[position.length] = END_OF_POSITION;
  return content;
}

/** Nobody else makes what a cursor contains, so it ends as it should. */
function unpadded(content: Buffer): Buffer {
  return content.subarray(0, content.lastIndexOf(END_OF_POSITION));
}

/** Cursors of the first version, which releases before the second make and open, are bound to the read alone. */
function additional(version: number, binding: CursorBinding): Buffer {
  const read = digest(binding);
  return version === PLAIN ? read : Buffer.concat([read, Buffer.of(version)]);
}

function decrypt(key: Uint8Array, bytes: Buffer, additional: Buffer): Buffer | null {
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const sealed = bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce).setAAD(additional);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    return null;
  }
}

/** Each part with its length before it, so that no two bindings have the same bytes. */
function digest({ query, statement, values, caller }: CursorBinding): Buffer {
  const hash = createHash("sha256");
  const parts = [Buffer.from(query), Buffer.from(statement), Buffer.from(caller), ...values];
  for (const part of parts) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(part?.length ?? (part === null ? -1 : -2));
    hash.update(length);
    if (part) hash.update(part);
  }
  return hash.digest();
}
