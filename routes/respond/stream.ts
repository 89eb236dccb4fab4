/**
 * `:many` as a stream: the whole result, page after page. One page is fetched ahead, and none before
 * the caller has taken the one before: memory stays flat, a slow caller slows the reading, one that
 * leaves or takes nothing ends it.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { RunSteps } from "../../codec/steps.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Row } from "../../db/prepare/read_rows.ts";
import type { RowPage } from "../../db/run/page.ts";
import { boundRows } from "../../db/run/bounded_rows.ts";
import { createPageReader, streamPage } from "../../db/run/pages.ts";
import { areLarge } from "../../db/run/unread_rows.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { compressStream } from "./compress.ts";
import { encodePieces } from "./encode_pieces.ts";
import { answerBody, inPieces } from "./paced_body.ts";
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
    const fetchPage: PageFetcher = async (position) => {
      const part = {
        ...streamPage(executor),
        position,
        stopwatch: request.cassandra,
        run: request.run,
      };
      const page = await readBounded(values, part);
      request.rowsRead += page.rows.length;
      if (format.hasHeader) assertColumns(page.rows, columns);
      return page;
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
      : answerBody(piecesOf(first, { fetchPage, format, columns, run: request.run }), {
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

type PageFetcher = (position: RowPage["next"]) => Promise<RowPage>;

interface PageSource {
  readonly fetchPage: PageFetcher;
  readonly format: RowFormat;
  readonly columns: readonly RowColumn[];
  /** Writes the rows of a large page. */
  readonly run: RunSteps;
}

/** The text of all pages. */
async function* piecesOf(
  first: RowPage,
  { fetchPage, format, columns, run }: PageSource,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield* inPieces(encoder.encode(format.begin(columns)));
  let upcoming: Promise<RowPage> | null = Promise.resolve(first);
  while (upcoming !== null) {
    const { rows, bytes, next }: RowPage = await upcoming;
    upcoming = next === null ? null : fetchPage(next);
    // Awaited with the next page; a caller that leaves before it must not end the process.
    upcoming?.catch(() => {});
    // Lets the request for it go out: Cassandra reads while this page is written.
    if (upcoming !== null) await setTimeout(0);
    const chunks = areLarge(bytes)
      ? await run(encodePieces(format.pieces(rows, columns)))
      : [encoder.encode(format.rows(rows, columns))];
    for (const chunk of chunks) yield* inPieces(chunk);
  }
}
