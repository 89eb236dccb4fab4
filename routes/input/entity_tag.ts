/**
 * Entity tags (RFC 9110, section 8.8.3) that are the value of a column, such as a version: what
 * `@etag` sends, and what `If-None-Match` and `If-Match` bring back.
 *
 * @module
 */
import type { Json } from "../../codec/codec.ts";
import { ServiceError } from "../../errors/service_error.ts";

const ONE_TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;
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
 * The value that `If-Match` requires. Strong comparison, which a weak tag never passes (section 13.1.1).
 *
 * @throws {ServiceError} `precondition_required` without the header, `malformed_request` for what is
 * not one tag, since a condition in CQL compares with one value, `precondition_failed` for a weak one
 */
export function readIfMatch(header: string | null): string {
  if (header === null) {
    throw new ServiceError(
      "precondition_required",
      'This route changes only what the caller has seen: send the row\'s "ETag" as "If-Match"',
    );
  }
  const [, weak, text] = ONE_TAG.exec(header) ?? [];
  if (text === undefined) {
    throw new ServiceError(
      "malformed_request",
      'Cannot read "If-Match": expected one entity tag in double quotes, as "ETag" had it',
    );
  }
  if (weak !== undefined) throw matchesNone();
  return text;
}

/** The error for a tag that no row can have: it is known without asking Cassandra. */
export function matchesNone(): ServiceError {
  return new ServiceError(
    "precondition_failed",
    'No row can have the tag in "If-Match": read the row, and send its "ETag" as it is',
  );
}
