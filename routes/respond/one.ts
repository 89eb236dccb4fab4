/**
 * `:one`: the row, or 404. With `@etag`, conditional requests (RFC 9110, section 13).
 *
 * @module
 */
import type { Context } from "hono";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Row } from "../../db/prepare/read_rows.ts";
import { readOne } from "../../db/run/read_one.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";
import { matchesTag, tagTextOf } from "../input/entity_tag.ts";
import { largeJson, type Responder, type ResponderOptions } from "./responder.ts";

/** Answers with a row, with these headers. */
export type RowWriter = (
  row: Row,
  answer: { readonly context: Context<AppEnv>; readonly headers: Record<string, string> },
) => Response;

export function respondOne(prepared: PreparedQuery, options: ResponderOptions): Responder {
  const { stallTimeoutMs } = options;
  return respondRow(
    prepared,
    options,
    (row, { context, headers }) => largeJson(row, { context, stallTimeoutMs, headers }),
  );
}

/** Reads the row, and leaves to `write` how it is answered. */
export function respondRow(
  prepared: PreparedQuery,
  { executor }: ResponderOptions,
  write: RowWriter,
): Responder {
  const { etag, masks } = prepared.query;
  // Another token of the same user may see more of the same version, or less.
  const vary: Record<string, string> = masks.length === 0 ? {} : { vary: "Authorization" };
  return async ({ context, values, preconditions: { ifMatch, ifNoneMatch } }) => {
    const { cassandra: stopwatch } = context.get("request");
    const row = await readOne(prepared, values, { executor, stopwatch });
    if (row === null) throw noSuchRow();
    context.get("request").rowsRead++;
    context.get("request").countRows(1);
    const tag = etag === null ? null : tagTextOf(row[etag.column]);
    if (ifMatch !== null && !matchesTag(ifMatch, tag, "strong")) {
      throw preconditionFailed("If-Match");
    }
    if (tag === null) return write(row, { context, headers: {} });
    // A cache may keep the row if it asks each time whether it is still the same. Nobody may transform
    // it on the way: a compressed row would get a weak tag, which never passes If-Match.
    const headers = {
      etag: `"${tag}"`,
      "cache-control": "private, no-cache, no-transform",
      ...vary,
    };
    if (ifNoneMatch !== null && matchesTag(ifNoneMatch, tag, "weak")) {
      // 304 is for these alone (RFC 9110, section 13.1.2).
      const { method } = context.req;
      if (method !== "GET" && method !== "HEAD") throw preconditionFailed("If-None-Match");
      return new Response(null, { status: 304, headers });
    }
    return write(row, { context, headers });
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
