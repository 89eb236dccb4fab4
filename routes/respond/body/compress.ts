/**
 * Compression of NDJSON streams, whose media type the runtime does not recognise as text. The runtime
 * compresses other streams itself if the caller asks for it (RFC 9110, section 12.5.3).
 *
 * @module
 */

/**
 * Compresses `body` with gzip where `Accept-Encoding` allows it, and says so in `headers`. Backpressure
 * passes through.
 */
export function compressStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { acceptEncoding, headers }: { acceptEncoding: string | undefined; headers: Headers },
): ReadableStream<Uint8Array> {
  headers.append("vary", "Accept-Encoding");
  if (!acceptsGzip(acceptEncoding)) return body;
  headers.set("content-encoding", "gzip");
  return body.pipeThrough(new CompressionStream("gzip"));
}

/** Whether a request takes gzip, by its header `Accept-Encoding`. */
export function acceptsGzip(header = ""): boolean {
  const codings = header.toLowerCase().split(",").map((part) => part.replaceAll(/\s/g, ""));
  const chosen = codings.find((coding) => /^gzip(;|$)/.test(coding)) ??
    codings.find((coding) => /^\*(;|$)/.test(coding));
  return chosen !== undefined && !/;q=0(\.0*)?$/.test(chosen);
}
