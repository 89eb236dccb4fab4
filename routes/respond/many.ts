/**
 * `:many`: a page of rows, and a cursor where there are more.
 *
 * @module
 */
import { canonicalText } from "../../catalog/statement/canonical_text.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { createPageReader } from "../../db/run/pages.ts";
import { type PageParams, pointToCursor } from "../paging/page_params.ts";
import type { CursorBinding } from "../paging/seal_cursor.ts";
import {
  largeJson,
  MAX_LINK_CHARACTERS,
  type Responder,
  type ResponderOptions,
} from "./responder.ts";

export function respondMany(
  prepared: PreparedQuery,
  { addresses, executor, cursors, stallTimeoutMs }: ResponderOptions,
): Responder<PageParams> {
  const { query } = prepared;
  const readPage = createPageReader(prepared, executor);
  const statement = statementOf(prepared);
  return async ({ context, url, values, own: { size, cursor } }) => {
    const { identity, cassandra, run, countRows } = context.get("request");
    const binding: CursorBinding = {
      query: query.name,
      statement,
      values: prepared.bind(values),
      caller: identity?.caller ?? "",
    };
    async function read() {
      const position = cursor === null ? null : await cursors.open(cursor, binding);
      return await readPage(values, { size, position, stopwatch: cassandra, run });
    }
    const { rows, bytes, next } = await read().catch((error) => {
      throw pointToCursor(error);
    });
    context.get("request").rowsRead += rows.length;
    countRows(rows.length);
    const headers = { vary: "Accept" };
    const answer = { context, stallTimeoutMs, headers, bytes };
    if (next === null) return largeJson({ items: rows, next_cursor: null }, answer);
    const sealed = await cursors.seal(next, binding);
    const body = { items: rows, next_cursor: sealed };
    url.searchParams.set("cursor", sealed);
    const link = `<${addresses.publicUrlOf(url)}>; rel="next"`;
    // The body has the cursor too.
    if (link.length > MAX_LINK_CHARACTERS) return largeJson(body, answer);
    return largeJson(body, { ...answer, headers: { ...headers, link } });
  };
}

/**
 * What a cursor continues: the statement without its comments and layout, the key of its table, and the
 * way through its partitions. Replicas of two releases serve each other's cursors.
 */
function statementOf({ query: { parsed, walk }, keyShape }: PreparedQuery): string {
  const parts = [canonicalText(parsed), keyShape];
  if (walk === null) return JSON.stringify(parts);
  const { bucket, by, unit, number, from, to, order } = walk;
  return JSON.stringify([...parts, bucket, by, unit, number, from, to, order]);
}
