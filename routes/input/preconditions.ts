/**
 * What `If-Match` and `If-None-Match` ask of a route (RFC 9110, section 13), as far as its statement can check
 * it. A precondition that it cannot check is refused before anything is done: ignoring it would overwrite what
 * the client wants to keep. `If-Modified-Since`, `If-Unmodified-Since` and `If-Range` are ignored, as the RFC
 * says for resources without a modification date and without ranges.
 *
 * @module
 */
import type {
  EncodedValues,
  PreparedParam,
  PreparedQuery,
} from "../../db/prepare/prepared_query.ts";
import type { HeaderReader } from "../context.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { parseTagList, type TagList, tagTextOf, versionOf } from "./entity_tag.ts";

/** The preconditions of a request. Where one of them does not hold, the answer is 412 or 304. */
export interface Preconditions {
  /** Null if the header is not there. */
  readonly ifMatch: TagList | null;
  readonly ifNoneMatch: TagList | null;
}

/** A request's preconditions, and the value that the statement compares with, by parameter. */
export interface ReadPreconditions {
  readonly preconditions: Preconditions;
  readonly values: EncodedValues;
}

/**
 * @throws {ServiceError} `unsupported_precondition`, `malformed_request`, `precondition_required` where
 * the route needs `If-Match`, or `precondition_failed` for a tag that no row can have
 */
export type PreconditionReader = (headers: HeaderReader) => ReadPreconditions;

const IF_MATCH = "If-Match";
const IF_NONE_MATCH = "If-None-Match";

export function compilePreconditions(
  prepared: Pick<PreparedQuery, "query" | "params" | "condition">,
): PreconditionReader {
  const { query, params, condition } = prepared;
  const tagParam = params.find(({ param }) => param.source.in === "if-match");
  const isRead = query.verb === "select";
  const hasTag = query.etag !== null;

  function readIfMatch(header: string): TagList {
    const list = parseTagList(header);
    if (tagParam !== undefined || (isRead && hasTag)) return list ?? refuseMalformed(IF_MATCH);
    // A row that is read exists; so does a row that "IF EXISTS" finds.
    if (list === "*" && (isRead || condition?.checks === "exists")) return list;
    throw unsupported(IF_MATCH);
  }

  function readIfNoneMatch(header: string): TagList | null {
    const list = parseTagList(header);
    // A read does no harm: without a tag to compare, the header has no effect.
    if (isRead) return hasTag ? list : null;
    if (list === "*" && condition?.checks === "not_exists") return list;
    throw unsupported(IF_NONE_MATCH);
  }

  return (headers) => {
    const match = headers.get("if-match");
    const noneMatch = headers.get("if-none-match");
    const preconditions = {
      ifMatch: match === null ? null : readIfMatch(match),
      ifNoneMatch: noneMatch === null ? null : readIfNoneMatch(noneMatch),
    };
    if (tagParam === undefined) return { preconditions, values: {} };
    const values = { [tagParam.param.name]: valueOfTag(preconditions.ifMatch, tagParam) };
    return { preconditions, values };
  };
}

/** The bytes of the one tag that the statement compares with. */
function valueOfTag(list: TagList | null, { codec }: PreparedParam) {
  if (list === null) {
    throw new ServiceError(
      "precondition_required",
      'This route changes only what the caller has seen: send the row\'s "ETag" as "If-Match"',
    );
  }
  const [tag, ...others] = list === "*" ? [] : list;
  if (tag === undefined || others.length > 0) {
    throw new ServiceError(
      "unsupported_precondition",
      'This route compares with one tag: send the row\'s "ETag" as "If-Match", as it is',
    );
  }
  // The digest is about the read. The statement compares with what is stored.
  const version = versionOf(tag.text);
  const parsed = codec.text.safeParse(version);
  if (tag.isWeak || !parsed.success) throw matchesNone();
  const bytes = codec.encode(parsed.data);
  // "01" is not the tag of any row, though it is the same number as "1".
  if (tagTextOf(codec.decode(bytes, 0, bytes.length)) !== version) throw matchesNone();
  return bytes;
}

function refuseMalformed(header: string): never {
  throw new ServiceError(
    "malformed_request",
    `Cannot read "${header}": expected an entity tag in double quotes, as "ETag" had it`,
  );
}

/** The error for a precondition that the route cannot check. */
export function unsupported(header: string): ServiceError {
  return new ServiceError(
    "unsupported_precondition",
    `This route cannot check "${header}", so nothing was done: leave the header out, or use a route that checks it`,
  );
}

/** The error for a tag that no row can have: it is known without asking Cassandra. */
function matchesNone(): ServiceError {
  return new ServiceError(
    "precondition_failed",
    'No row can have the tag in "If-Match": read the row, and send its "ETag" as it is',
  );
}
