/**
 * `:many` as a stream: the whole result, page after page. One page is read ahead, but not before the caller has
 * taken the page before it. So memory stays flat, a slow caller slows the reading, and a caller who leaves or
 * takes nothing ends it. Rows become text as soon as they arrive, so a caller who reads nothing holds the text
 * of two small pages.
 *
 * @module
 */
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import type { UnreadPage } from "../../../db/run/pages/page.ts";
import { boundRows } from "../../../db/run/pages/bounded_rows.ts";
import { createPageFetcher, growingPages } from "../../../db/run/pages/pages.ts";
import { releaseRows, type UnreadRows } from "../../../db/run/unread_rows.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { compressStream } from "../body/compress.ts";
import { answerBody } from "../body/paced_body.ts";
import { inPieces, isSentByRuntime, type PiecesOptions } from "../body/pieces.ts";
import { ReadAhead, type TextReader } from "../body/read_ahead.ts";
import type { Responder, ResponderOptions } from "../responder.ts";
import type { RowColumn, RowFormat } from "../body/row_format.ts";

/** Where a page begins. */
type Position = NonNullable<UnreadPage["next"]>;

export function respondStream(
  prepared: PreparedQuery,
  format: RowFormat,
  { executor, scratch }: ResponderOptions,
): Responder {
  const fetchUnread = createPageFetcher(prepared, executor);
  const { columns } = prepared;
  return async ({ context, values }) => {
    const request = context.get("request");
    const { run } = request;
    const fetchBounded = boundRows(fetchUnread, {
      max: prepared.query["max-rows"],
      count: request.countRows,
      lengthOf: ({ length }) => length,
    });
    const nextPage = growingPages(executor);
    /** How many rows each page has that is read and has not begun to go out, in their order. */
    const waiting: number[] = [];
    const readText: TextReader<Position> = (position, tellNext) =>
      request.readInTurn(async () => {
        const { maxBytes } = request.pageShare();
        const part = { ...nextPage(maxBytes), position, stopwatch: request.cassandra };
        const { parts, length, next } = await fetchBounded(values, part);
        waiting.push(length);
        if (format.hasHeader) assertColumns(parts, columns);
        tellNext(next);
        const chunks = await format.encode(parts, { columns, scratch, run });
        releaseRows(parts);
        return chunks;
      });
    const ahead = new ReadAhead(readText, {
      mayReadAhead: () => request.pageShare().readsAhead,
      onTurn() {
        request.rowsRead += waiting.shift() ?? 0;
      },
    });

    // Awaited here, so that a failure before the first byte is answered like any other problem.
    await ahead.opened();
    const headers = new Headers({
      "content-type": format.contentType,
      "cache-control": "no-store",
      "vary": "Accept",
    });
    const body = context.req.method === "HEAD"
      ? ReadableStream.from<Uint8Array<ArrayBuffer>>([])
      : answerBody(piecesOf(format.begin(columns), ahead, { isSent: isSentByRuntime(context) }), {
        request,
        unfinished: format.unfinished(),
      });
    if (format.isCompressedByRuntime) return new Response(body, { headers });
    const acceptEncoding = context.req.header("accept-encoding");
    return new Response(compressStream(body, { acceptEncoding, headers }), { headers });
  };
}

/**
 * A column that is dropped while the rows are read would look as if all the rest of them had no value.
 *
 * @throws {ServiceError} `schema_changed`
 */
function assertColumns(parts: readonly UnreadRows[], columns: readonly RowColumn[]): void {
  for (const { reader: { names } } of parts) {
    const gone = columns.find(({ name }) => !names.includes(name));
    if (gone === undefined) continue;
    throw new ServiceError(
      "schema_changed",
      "The table lost a column while its rows were read: retry later",
      { cause: new Error(`The rows no longer have the column "${gone.name}"`) },
    );
  }
}

async function* piecesOf(
  beginning: string,
  ahead: ReadAhead<Position>,
  options: PiecesOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* inPieces(new TextEncoder().encode(beginning));
  yield* ahead.pieces(options);
}
