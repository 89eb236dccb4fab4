/**
 * `:one`: the row, or 404. With `@etag`, conditional requests (RFC 9110, section 13).
 *
 * @module
 */
import type { Context } from "hono";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import type { Row } from "../../../db/prepare/rows/read_rows.ts";
import { findOne, type FoundRow, rowOf } from "../../../db/run/read_one.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { AppEnv } from "../../context.ts";
import { matchesTag, tagOfRead, tagTextOf } from "../../input/entity_tag.ts";
import { answer } from "../answer.ts";
import { choosingHeaders, compileCacheHeaders } from "../cache_headers.ts";
import { largeJson, largeRows, type Responder, type ResponderOptions } from "../responder.ts";
import { compileTagDigest } from "../tag_digest.ts";

/** Answers with a row, with these headers. */
export type RowResponder = (found: FoundRow, answer: RowAnswer) => Response | Promise<Response>;

export interface RowAnswer {
  readonly context: Context<AppEnv>;
  readonly headers: Record<string, string>;
  /** The values of the row, if they were needed for the headers. */
  readonly row: Row | null;
}

export function respondOne(prepared: PreparedQuery, options: ResponderOptions): Responder {
  const { scratch } = options;
  return respondRow(
    prepared,
    options,
    ({ parts, bytes }, { row, context, headers }) =>
      row === null
        ? largeRows({ parts, layout: "elements" }, { context, headers, scratch })
        : largeJson(row, { context, headers, bytes }),
  );
}

/** Reads the row, and leaves to `write` how it is answered. */
export function respondRow(
  prepared: PreparedQuery,
  { executor }: ResponderOptions,
  write: RowResponder,
): Responder {
  const { etag, cache, audit } = prepared.query;
  const caching = compileCacheHeaders(prepared.query, etag === null ? [] : ["no-transform"]);
  const digestOf = etag === null ? null : compileTagDigest(prepared);
  const choosing = choosingHeaders(prepared.query);
  const vary: Record<string, string> = choosing.length === 0 ? {} : { vary: choosing.join(", ") };
  return async ({ context, values, preconditions: { ifMatch, ifNoneMatch } }) => {
    const { cassandra: stopwatch, run } = context.get("request");
    const found = await findOne(prepared, values, {
      executor,
      stopwatch,
      cache: caching.useFor(context),
    });
    if (found === null) throw noSuchRow();
    context.get("request").rowsRead++;
    context.get("request").countRows(1);
    const row = etag === null ? null : await rowOf(found, { run });
    const version = row === null ? null : tagTextOf(row[etag!.column]);
    const tag = version === null ? null : tagOfRead(version, digestOf!(values));
    // A client may have the tag from a write, which has no digest.
    if (
      ifMatch !== null && !matchesTag(ifMatch, tag, "strong") &&
      !matchesTag(ifMatch, version, "strong")
    ) {
      throw preconditionFailed("If-Match");
    }
    const cacheHeaders = cache === null ? {} : { ...caching.of(context), ...vary };
    if (tag === null) return await write(found, { context, headers: cacheHeaders, row });
    // A cache may keep the row if it asks each time whether it is still the same, unless each read is on
    // record. Nobody may transform it on the way: a compressed row would get a weak tag, which never passes If-Match.
    const headers = {
      etag: `"${tag}"`,
      "cache-control": audit ? "no-store, no-transform" : "private, no-cache, no-transform",
      ...vary,
      ...cacheHeaders,
    };
    if (ifNoneMatch !== null && matchesTag(ifNoneMatch, tag, "weak")) {
      // Only these may get a 304 (RFC 9110, section 13.1.2).
      const { method } = context.req;
      if (method !== "GET" && method !== "HEAD") throw preconditionFailed("If-None-Match");
      return answer(null, { status: 304, headers });
    }
    return await write(found, { context, headers, row });
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
