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
import type { Row } from "../../db/prepare/read_rows.ts";
import type { RowPage } from "../../db/run/page.ts";
import { boundRows } from "../../db/run/bounded_rows.ts";
import { createPageReader, streamPage } from "../../db/run/pages.ts";
import { areLarge } from "../../db/run/unread_rows.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { compressStream } from "./compress.ts";
import { encodePieces } from "./encode_pieces.ts";
import { answerBody, inPieces, releaseChunks, takePieces } from "./paced_body.ts";
import type { Responder, ResponderOptions } from "./responder.ts";
import type { RowColumn, RowFormat } from "./row_format.ts";

export function respondStream(
  prepared: PreparedQuery,
  format: RowFormat,
  { executor, stallTimeoutMs }: ResponderOptions,
): Responder {
  const readPage = createPageReader(prepared, executor);
  const { columns } = prepared;
  return async ({ context, values }) => {
    const request = context.get("request");
    const readBounded = boundRows(readPage, {
      max: prepared.query["max-rows"],
      count: request.countRows,
    });
    const readPageAt = async (position: RowPage["next"]) => {
      const part = {
        ...streamPage(executor),
        position,
        stopwatch: request.cassandra,
        run: request.run,
      };
      const page = await request.readInTurn(() => readBounded(values, part));
      request.rowsRead += page.rows.length;
      if (format.hasHeader) assertColumns(page.rows, columns);
      return page;
    };
    const fetchPage: PageFetcher = async (position) => {
      const { rows, bytes, next } = await readPageAt(position);
      const chunks = areLarge(bytes)
        ? await request.run(encodePieces(format.pieces(rows, columns)))
        : [new TextEncoder().encode(format.rows(rows, columns))];
      return { chunks, next };
    };

    // Awaited here, so that what goes wrong before the first byte is a problem like any other.
    const first = await fetchPage(null);
    const headers = new Headers({
      "content-type": format.contentType,
      "cache-control": "no-store",
      "vary": "Accept",
    });
    const body = context.req.method === "HEAD"
      ? ReadableStream.from<Uint8Array<ArrayBuffer>>([])
      : answerBody(piecesOf(format.begin(columns), first, fetchPage), {
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
function assertColumns(rows: readonly Row[], columns: readonly RowColumn[]): void {
  const last = rows.at(-1);
  const gone = last && columns.find(({ name }) => !Object.hasOwn(last, name));
  if (!gone) return;
  throw new ServiceError(
    "schema_changed",
    "The table lost a column while its rows were read: retry later",
    { cause: new Error(`The rows no longer have the column "${gone.name}"`) },
  );
}

/** The text of a page. */
interface TextPage extends Pick<RowPage, "next"> {
  readonly chunks: Uint8Array<ArrayBuffer>[];
}

type PageFetcher = (position: RowPage["next"]) => Promise<TextPage>;

/** The text of all pages. */
async function* piecesOf(
  beginning: string,
  first: TextPage,
  fetchPage: PageFetcher,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* inPieces(new TextEncoder().encode(beginning));
  let upcoming: Promise<TextPage> | null = Promise.resolve(first);
  try {
    while (upcoming !== null) {
      const { chunks, next }: TextPage = await upcoming;
      upcoming = next === null ? null : fetchPage(next);
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
