/**
 * The parts of a JWT: text → bytes, and of the header and the claims bytes → JSON object (RFC 7519, section
 * 7.2). Numbers are not rounded. What two readers could understand differently is refused: base64url with
 * padding or with bits that mean nothing, bytes that are not UTF-8, and an object that names a member twice
 * (RFC 7519, section 4 lets each reader choose).
 *
 * @module
 */
import { findDuplicateMember } from "../../../codec/json/duplicate_member.ts";
import { isJsonObject } from "../../../codec/json/json_object.ts";
import { parseJson } from "../../../codec/json/parse_json.ts";
import { invalidToken } from "../challenge.ts";

/**
 * The header of a JWT, part 0, its payload, part 1, or its signature, part 2, as bytes.
 *
 * @throws {ServiceError} `invalid_token` if the text is not a signed JWT (RFC 7515, section 7.1)
 */
export function decodePart(token: string, index: 0 | 1 | 2): Uint8Array {
  const parts = token.split(".", 4);
  const bytes = parts.length === 3 ? decodeBase64url(parts[index]!) : null;
  if (bytes === null) {
    throw invalidToken("The token is malformed: expected a signed JWT in compact form");
  }
  return bytes;
}

/** Null unless the text is the canonical form of its bytes: a token has a single spelling. */
function decodeBase64url(text: string): Uint8Array | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return bytes.toBase64({ alphabet: "base64url", omitPadding: true }) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** @throws {ServiceError} `invalid_token` */
export function readJsonPart(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const text = decodeUtf8(bytes);
  const json = text === null ? null : parse(text);
  if (text === null || !isJsonObject(json)) {
    throw invalidToken("The token is malformed: its parts must be JSON objects in UTF-8");
  }
  if (findDuplicateMember(text) !== null) {
    throw invalidToken("The token is malformed: it names a member of an object twice");
  }
  return json;
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
