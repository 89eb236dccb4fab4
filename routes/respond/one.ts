/**
 * `:one`: the row, or 404. With `@etag`, conditional requests (RFC 9110, section 13).
 *
 * @module
 */
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { readOne } from "../../db/run/read_one.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { matchesTag, tagTextOf } from "../input/entity_tag.ts";
import { largeJson, type Responder, type ResponderOptions } from "./responder.ts";

export function respondOne(
  prepared: PreparedQuery,
  { executor, stallTimeoutMs }: ResponderOptions,
): Responder {
  const { etag } = prepared.query;
  return async ({ context, values, preconditions: { ifMatch, ifNoneMatch } }) => {
    const { cassandra: stopwatch } = context.get("request");
    const row = await readOne(prepared, values, { executor, stopwatch });
    if (row === null) throw noSuchRow();
    const tag = etag === null ? null : tagTextOf(row[etag.column]);
    if (ifMatch !== null && !matchesTag(ifMatch, tag, "strong")) {
      throw preconditionFailed("If-Match");
    }
    if (tag === null) return largeJson(row, { context, stallTimeoutMs });
    // A cache may keep the row if it asks each time whether it is still the same. Nobody may transform
    // it on the way: a compressed row would get a weak tag, which never passes If-Match.
    const headers = { etag: `"${tag}"`, "cache-control": "private, no-cache, no-transform" };
    if (ifNoneMatch !== null && matchesTag(ifNoneMatch, tag, "weak")) {
      // 304 is for these alone (RFC 9110, section 13.1.2).
      const { method } = context.req;
      if (method !== "GET" && method !== "HEAD") throw preconditionFailed("If-None-Match");
      return new Response(null, { status: 304, headers });
    }
    return largeJson(row, { context, stallTimeoutMs, headers });
  };
}

function preconditionFailed(header: string): ServiceError {
  return new ServiceError(
    "precondition_failed",
    `The row is not one that "${header}" allows: read it without the header`,
  );
}

/** The error where a row is missing, or belongs to somebody else. */
export function noSuchRow(): ServiceError {
  return new ServiceError("not_found", "There is no such row for this caller");
}
