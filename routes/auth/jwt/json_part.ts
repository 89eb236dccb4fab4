/**
 * The header or the claims of a JWT: bytes → JSON object (RFC 7519, section 7.2). Numbers are not rounded.
 * What two readers could understand differently is refused: bytes that are not UTF-8, and an object that
 * names a member twice (RFC 7519, section 4 lets each reader choose).
 *
 * @module
 */
import { findDuplicateMember } from "../../../codec/json/duplicate_member.ts";
import { isJsonObject } from "../../../codec/json/json_object.ts";
import { parseJson } from "../../../codec/json/parse_json.ts";
import { invalidToken } from "../challenge.ts";

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
