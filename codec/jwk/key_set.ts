/**
 * The text of a key set (RFC 7517, section 5) → its public keys, for people who write such a file: a key that
 * could never verify a token, or should not be in the file, is refused.
 *
 * @module
 */
import { findDuplicateMember } from "../json/duplicate_member.ts";
import { isJsonObject } from "../json/json_object.ts";

/** At least one public key. */
export interface PublicKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** Members of secret and of private keys (RFC 7518, section 6). */
const SECRET_MEMBERS = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

/** @throws {Error} that says what is wrong, without any part of the keys */
export function parseKeySet(text: string): PublicKeySet {
  const json = parse(text);
  const keys = isJsonObject(json) ? json.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isJsonObject)) {
    throw new Error('expected a JSON Web Key Set: an object with a list "keys" that is not empty');
  }
  for (const [index, key] of keys.entries()) {
    const secret = SECRET_MEMBERS.find((member) => Object.hasOwn(key, member));
    if (secret !== undefined) {
      throw new Error(`key ${index} has the secret member "${secret}": keep only its public part`);
    }
    if (typeof key.kty !== "string") throw new Error(`key ${index} has no "kty"`);
  }
  return { keys };
}

function parse(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The message would quote the text.
    throw new Error("expected JSON");
  }
  if (findDuplicateMember(text) === null) return json;
  throw new Error("expected JSON whose objects have each member once");
}
