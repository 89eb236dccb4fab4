/**
 * `:many`: a page of rows, and a cursor where there are more.
 *
 * @module
 */
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { createPageFetcher } from "../../../db/run/pages/pages.ts";
import { pointToCursor } from "../../paging/page_params.ts";
import type { PageStart, PageStarts } from "../../paging/page_start.ts";
import { choosingHeaders, compileCacheHeaders } from "../cache_headers.ts";
import type { RowsText } from "../body/encode_rows.ts";
import {
  largeRows,
  MAX_LINK_CHARACTERS,
  type Responder,
  type ResponderOptions,
} from "../responder.ts";

export function respondMany(
  prepared: PreparedQuery,
  starts: PageStarts,
  { addresses, executor, scratch }: ResponderOptions,
): Responder<PageStart> {
  const { query } = prepared;
  const fetchPage = createPageFetcher(prepared, executor);
  const caching = compileCacheHeaders(query);
  // A link is followed with GET, which leads a caller who has sent values in the body to something else, or nowhere.
  const isLinked = query.route?.method === "GET";
  const vary = ["Accept", ...query.cache === null ? [] : choosingHeaders(query)].join(", ");
  return async ({ context, values, own: { size, position } }) => {
    const { identity, cassandra, countRows } = context.get("request");
    const cache = caching.useFor(context);
    const { parts, length, next } = await fetchPage(values, {
      size,
      position,
      stopwatch: cassandra,
      cache,
    }).catch((error) => {
      throw pointToCursor(error);
    });
    context.get("request").rowsRead += length;
    countRows(length);
    const sealed = next === null ? null : await starts.seal(next, {
      values,
      caller: identity?.caller ?? "",
    });
    const text: RowsText = {
      parts,
      layout: "elements",
      before: '{"items":[',
      after: `],"next_cursor":${JSON.stringify(sealed)}}`,
    };
    const headers: Record<string, string> = { vary, ...caching.of(context) };
    if (sealed !== null && isLinked) {
      const url = new URL(context.req.url);
      url.searchParams.set("cursor", sealed);
      const link = `<${addresses.publicUrlOf(url)}>; rel="next"`;
      // The body has the cursor too.
      if (link.length <= MAX_LINK_CHARACTERS) headers.link = link;
    }
    return await largeRows(text, { context, headers, scratch });
  };
}
