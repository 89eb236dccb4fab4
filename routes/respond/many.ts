/**
 * `:many`: a page of rows, and a cursor where there are more.
 *
 * @module
 */
import { canonicalText } from "../../catalog/statement/canonical_text.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { createPageFetcher } from "../../db/run/pages/pages.ts";
import { type PageParams, pointToCursor } from "../paging/page_params.ts";
import type { CursorBinding } from "../paging/seal_cursor.ts";
import { choosingHeaders, compileCacheHeaders } from "./cache_headers.ts";
import type { RowsText } from "./body/encode_rows.ts";
import {
  largeRows,
  MAX_LINK_CHARACTERS,
  type Responder,
  type ResponderOptions,
} from "./responder.ts";

export function respondMany(
  prepared: PreparedQuery,
  { addresses, executor, cursors, stallTimeoutMs, scratch }: ResponderOptions,
): Responder<PageParams> {
  const { query } = prepared;
  const fetchPage = createPageFetcher(prepared, executor);
  const statement = statementOf(prepared);
  const caching = compileCacheHeaders(query);
  const vary = ["Accept", ...query.cache === null ? [] : choosingHeaders(query)].join(", ");
  return async ({ context, values, own: { size, cursor } }) => {
    const { identity, cassandra, countRows } = context.get("request");
    const binding: CursorBinding = {
      query: query.name,
      statement,
      values: prepared.bind(values),
      caller: identity?.caller ?? "",
    };
    async function read() {
      const position = cursor === null ? null : await cursors.open(cursor, binding);
      const cache = caching.useFor(context);
      return await fetchPage(values, { size, position, stopwatch: cassandra, cache });
    }
    const { parts, length, next } = await read().catch((error) => {
      throw pointToCursor(error);
    });
    context.get("request").rowsRead += length;
    countRows(length);
    const sealed = next === null ? null : await cursors.seal(next, binding);
    const text: RowsText = {
      parts,
      layout: "elements",
      before: '{"items":[',
      after: `],"next_cursor":${JSON.stringify(sealed)}}`,
    };
    const headers: Record<string, string> = { vary, ...caching.of(context) };
    if (sealed !== null) {
      const url = new URL(context.req.url);
      url.searchParams.set("cursor", sealed);
      const link = `<${addresses.publicUrlOf(url)}>; rel="next"`;
      // The body has the cursor too.
      if (link.length <= MAX_LINK_CHARACTERS) headers.link = link;
    }
    return await largeRows(text, { context, stallTimeoutMs, headers, scratch });
  };
}

/**
 * The read that a cursor continues: the statement without its comments and layout, the key of its table, and
 * the way through its partitions. Replicas of two releases serve each other's cursors.
 */
function statementOf({ query: { parsed, walk }, keyShape }: PreparedQuery): string {
  const parts = [canonicalText(parsed), keyShape];
  if (walk === null) return JSON.stringify(parts);
  const { bucket, by, unit, number, from, to, order } = walk;
  return JSON.stringify([...parts, bucket, by, unit, number, from, to, order]);
}
