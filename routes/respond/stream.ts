/**
 * `:many` as a stream: the whole result, page after page. One page is fetched ahead, and none before
 * the caller has taken the one before: memory stays flat, a slow caller slows the reading, one that
 * leaves or takes nothing ends it. Rows become text as soon as they have come, so that a caller who reads
 * nothing holds the text of two pages and no rows, which have many times the size.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { UnreadPage } from "../../db/run/page.ts";
import { boundRows } from "../../db/run/bounded_rows.ts";
import { createPageFetcher, streamPage } from "../../db/run/pages.ts";
import type { UnreadRows } from "../../db/run/unread_rows.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { compressStream } from "./compress.ts";
import { answerBody, inPieces, releaseChunks, takePieces } from "./paced_body.ts";
import type { Responder, ResponderOptions } from "./responder.ts";
import type { RowColumn, RowFormat } from "./row_format.ts";

export function respondStream(
  prepared: PreparedQuery,
  format: RowFormat,
  { executor, stallTimeoutMs, scratch }: ResponderOptions,
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
    const readPage: PageReader = (position) =>
      request.readInTurn(async () => {
        const part = { ...streamPage(executor), position, stopwatch: request.cassandra };
        const { parts, length, next } = await fetchBounded(values, part);
        request.rowsRead += length;
        if (format.hasHeader) assertColumns(parts, columns);
        return { chunks: await format.encode(parts, { columns, scratch, run }), next };
      });

    // Awaited here, so that what goes wrong before the first byte is a problem like any other.
    const first = await readPage(null);
    const headers = new Headers({
      "content-type": format.contentType,
      "cache-control": "no-store",
      "vary": "Accept",
    });
    const body = context.req.method === "HEAD"
      ? ReadableStream.from<Uint8Array<ArrayBuffer>>([])
      : answerBody(piecesOf(format.begin(columns), first, readPage), {
        request,
        stallTimeoutMs,
        unfinished: format.unfinished,
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

/** The text of a page. */
interface TextPage extends Pick<UnreadPage, "next"> {
  readonly chunks: Uint8Array<ArrayBuffer>[];
}

type PageReader = (position: UnreadPage["next"]) => Promise<TextPage>;

/** The text of all pages. */
async function* piecesOf(
  beginning: string,
  first: TextPage,
  readPage: PageReader,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* inPieces(new TextEncoder().encode(beginning));
  let upcoming: Promise<TextPage> | null = Promise.resolve(first);
  try {
    while (upcoming !== null) {
      const { chunks, next }: TextPage = await upcoming;
      upcoming = next === null ? null : readPage(next);
      // Awaited with the next page; a caller that leaves before it must not end the process.
      upcoming?.catch(() => {});
      // Lets the request for it go out: Cassandra reads while this page is written.
      if (upcoming !== null) await setTimeout(0);
      yield* takePieces(chunks);
    }
  } finally {
    upcoming?.then(({ chunks }) => releaseChunks(chunks), () => {});
  }
}
