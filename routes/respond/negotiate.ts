/**
 * Which of the media types that a route offers a caller gets (RFC 9110, section 12.5.1).
 *
 * @module
 */
import { parseAccept } from "hono/utils/accept";
import { ServiceError } from "../../errors/service_error.ts";

/**
 * Generated clients name the media types of all answers of an operation, so that they may name only this.
 * Problems are sent whatever a caller accepts, and the type says nothing about the answer that it wants.
 */
const PROBLEM = "application/problem+json";

/** Names of one type, none of which is registered: clients use all of them. */
const NDJSON_TYPES = [
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
];

/** A browser's header has some 200 characters. Each range in it costs as much as 100 characters. */
const MAX_CHARACTERS = 4_096;

/**
 * @param accept the header; null if it is absent
 * @param offered in the order of the route's own preference
 * @throws {ServiceError} `not_acceptable` if the caller takes none of them
 */
export function negotiate<const T extends string>(
  accept: string | null,
  offered: readonly [T, ...T[]],
): T {
  if (accept === null || accept === "*/*") return offered[0];
  if (accept.length > MAX_CHARACTERS) {
    throw new ServiceError(
      "not_acceptable",
      `"Accept" has more than ${MAX_CHARACTERS} characters: name fewer types, or leave the header out`,
    );
  }
  const ranges = parseAccept(accept).map(({ type, q }) => ({ type: type.toLowerCase(), q }))
    .filter(({ type }) => type !== PROBLEM || offered.some((each) => each === PROBLEM));
  // An empty list names no preference.
  if (ranges.length === 0) return offered[0];
  let best: { readonly type: T | null; readonly q: number } = { type: null, q: 0 };
  for (const type of offered) {
    const q = qualityOf(type, ranges);
    if (q > best.q) best = { type, q };
  }
  if (best.type !== null) return best.type;
  const types = offered.map((type) => `"${type}"`).join(", ");
  throw new ServiceError(
    "not_acceptable",
    `This route answers in ${types}: name one in "Accept", or leave the header out`,
  );
}

/** The quality of the most specific range that covers a type; 0 where none does. */
function qualityOf(
  type: string,
  ranges: readonly { readonly type: string; readonly q: number }[],
): number {
  const family = `${type.slice(0, type.indexOf("/"))}/*`;
  const others = NDJSON_TYPES.includes(type) ? NDJSON_TYPES : [];
  for (const covering of [type, ...others, family, "*/*"]) {
    const range = ranges.find((each) => each.type === covering);
    if (range !== undefined) return range.q;
  }
  return 0;
}
