/**
 * `:one`: the row, or 404. With `@etag`, conditional requests (RFC 9110, section 13).
 *
 * @module
 */
import type { EncodedValues, PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Row } from "../../db/prepare/read_rows.ts";
import type { ExecutionOptions, Executor } from "../../db/run/execute.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { matchesTag, tagTextOf } from "../input/entity_tag.ts";
import { json, type Responder, type ResponderOptions } from "./responder.ts";

export function respondOne(prepared: PreparedQuery, { executor }: ResponderOptions): Responder {
  const { etag } = prepared.query;
  return async ({ context, values, preconditions: { ifMatch, ifNoneMatch } }) => {
    const { cassandra: stopwatch } = context.get("request");
    const row = await readOne(prepared, values, { executor, stopwatch });
    if (row === null) throw noSuchRow();
    const tag = etag === null ? null : tagTextOf(row[etag.column]);
    if (ifMatch !== null && !matchesTag(ifMatch, tag, "strong")) {
      throw preconditionFailed("If-Match");
    }
    if (tag === null) return json(row);
    // A cache may keep the row if it asks each time whether it is still the same. Nobody may transform
    // it on the way: a compressed row would get a weak tag, which never passes If-Match.
    const headers = { etag: `"${tag}"`, "cache-control": "private, no-cache, no-transform" };
    if (ifNoneMatch !== null && matchesTag(ifNoneMatch, tag, "weak")) {
      // 304 is for these alone (RFC 9110, section 13.1.2).
      const { method } = context.req;
      if (method !== "GET" && method !== "HEAD") throw preconditionFailed("If-None-Match");
      return new Response(null, { status: 304, headers });
    }
    return json(row, { headers });
  };
}

function preconditionFailed(header: string): ServiceError {
  return new ServiceError(
    "precondition_failed",
    `The row is not one that "${header}" allows: read it without the header`,
  );
}

export interface ReadOptions extends Pick<ExecutionOptions, "stopwatch" | "deadline"> {
  readonly executor: Executor;
}

/**
 * The row of a `:one` query; null where there is none.
 *
 * @throws {ServiceError} `too_many_rows` for a query that is not what it claims
 */
export async function readOne(
  prepared: PreparedQuery,
  values: EncodedValues,
  { executor, ...options }: ReadOptions,
): Promise<Row | null> {
  // Two rows would be enough to know, but Cassandra computes aggregates in pages of the size asked for.
  const { rows, pagingState } = await executor.execute(prepared, values, options);
  const [row, second] = rows;
  if (row === undefined && pagingState !== null) {
    throw new ServiceError("timeout", "Cassandra did not answer in time: repeat the request");
  }
  if (second !== undefined) {
    throw new ServiceError(
      "too_many_rows",
      `Query "${prepared.query.name}" promises one row and found more: its author should make it ":many" or name the whole key`,
    );
  }
  return row ?? null;
}

/** The error where a row is missing, or belongs to somebody else. */
export function noSuchRow(): ServiceError {
  return new ServiceError("not_found", "There is no such row for this caller");
}
