/**
 * Entity tags (RFC 9110, section 8.8.3) that are the value of a column, such as a version: what
 * `@etag` sends, and what `If-None-Match` and `If-Match` bring back.
 *
 * @module
 */
import type { Json } from "../codec/codec.ts";
import { ServiceError } from "../errors.ts";

const STRONG = /^\s*"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** The tag of a value, in quotes; null where there is no value to tell apart. */
export function entityTag(value: Json | undefined): string | null {
  return value === null || value === undefined ? null : `"${value}"`;
}

/** Whether `If-None-Match` names the tag, so that the caller has the row already. Weak comparison. */
export function isNoneMatch(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  return [...header.matchAll(TAG)].some(([, text]) => `"${text}"` === tag);
}

/**
 * The value that `If-Match` requires.
 *
 * @throws {ServiceError} `precondition_required` without the header, `malformed_request` for what is
 * not one strong tag: a condition in CQL compares with one value
 */
export function readIfMatch(header: string | null): string {
  if (header === null) {
    throw new ServiceError(
      "precondition_required",
      'This route changes only what the caller has seen: send the row\'s "ETag" as "If-Match"',
    );
  }
  const text = STRONG.exec(header)?.[1];
  if (text === undefined) {
    throw new ServiceError(
      "malformed_request",
      'Cannot read "If-Match": expected one entity tag in double quotes, as "ETag" had it',
    );
  }
  return text;
}
