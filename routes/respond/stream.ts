/**
 * `:many` as a stream: the whole result, page after page. One page is fetched ahead, and none before
 * the caller has taken the one before: memory stays flat, a slow caller slows the reading, one that
 * leaves ends it. A failure after the first byte leaves the text unfinished and breaks the connection,
 * so that a short answer never looks complete.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { RowPage } from "../../db/run/page.ts";
import { createPageReader } from "../../db/run/pages.ts";
import { toServiceError } from "../../errors/service_error.ts";
import type { RequestContext } from "../context.ts";
import { compressStream } from "./compress.ts";
import type { Responder, ResponderOptions } from "./responder.ts";
import type { RowColumn, RowFormat } from "./row_format.ts";

// Large enough that a page costs little beside its rows, small enough to hold a few thousand at once.
const PAGE_SIZE = 1000;

export function respondStream(
  prepared: PreparedQuery,
  format: RowFormat,
  { executor }: ResponderOptions,
): Responder {
  const readPage = createPageReader(prepared, executor);
  const { columns } = prepared;
  return async ({ context, values }) => {
    const request = context.get("request");
    const fetchPage = (position: RowPage["next"]) =>
      readPage(values, { size: PAGE_SIZE, position, stopwatch: request.cassandra });

    // Awaited here, so that what goes wrong before the first byte is a problem like any other.
    const first = await fetchPage(null);
    const headers = new Headers({
      "content-type": format.contentType,
      "cache-control": "no-store",
      "vary": "Accept",
    });
    const body = context.req.method === "HEAD"
      ? ReadableStream.from<Uint8Array<ArrayBuffer>>([])
      : streamPages(first, { fetchPage, format, columns, request });
    if (format.isCompressedByRuntime) return new Response(body, { headers });
    const acceptEncoding = context.req.header("accept-encoding");
    return new Response(compressStream(body, { acceptEncoding, headers }), { headers });
  };
}

interface PageSource {
  fetchPage(position: RowPage["next"]): Promise<RowPage>;
  readonly format: RowFormat;
  readonly columns: readonly RowColumn[];
  /** Hears how it ends. */
  readonly request: RequestContext;
}

function streamPages(
  first: RowPage,
  { fetchPage, format, columns, request }: PageSource,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const completion = Promise.withResolvers<boolean>();
  request.completion = completion.promise;
  const encoder = new TextEncoder();
  let text = format.begin(columns);
  let upcoming: Promise<RowPage> | null = Promise.resolve(first);
  let hasFailed = false;
  let hasLeft = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      // The runtime prints this; the cause is in the log.
      if (hasFailed) return controller.error(`The answer to request ${request.id} broke off`);
      try {
        while (text === "" && upcoming !== null) {
          const page: RowPage = await upcoming;
          if (hasLeft) return;
          upcoming = page.next === null ? null : fetchPage(page.next);
          // Awaited by the next pull; a caller that leaves before it must not end the process.
          upcoming?.catch(() => {});
          // Lets the request for it go out: Cassandra reads while this page is written.
          if (upcoming !== null) await setImmediate();
          text = format.rows(page.rows, columns);
        }
        if (hasLeft) return;
        if (text !== "") controller.enqueue(encoder.encode(text));
        text = "";
        if (upcoming !== null) return;
        controller.close();
        completion.resolve(true);
      } catch (error) {
        if (hasLeft) return;
        const { code, cause } = toServiceError(error);
        request.code = code;
        request.cause = cause ?? error;
        completion.resolve(false);
        // Over HTTP/1.0 the end of the connection is the end of a whole answer too (RFC 9112, section
        // 6.3). An error drops what is not taken yet: it waits for the next pull, which comes after.
        controller.enqueue(encoder.encode(format.unfinished));
        hasFailed = true;
      }
    },
    cancel() {
      hasLeft = true;
      completion.resolve(false);
    },
  }, { highWaterMark: 0 });
}
