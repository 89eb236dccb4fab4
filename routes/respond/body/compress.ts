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

/**
 * Whether a request takes gzip and does not prefer the plain text, by its header `Accept-Encoding` (RFC 9110, section
 * 12.5.3).
 */
export function acceptsGzip(header = ""): boolean {
  const codings = header.toLowerCase().split(",").map((part) => part.replaceAll(/\s/g, ""));
  const weight = weightOf("gzip", codings) ?? weightOf("*", codings) ?? 0;
  return weight > 0 && weight >= (weightOf("identity", codings) ?? 0);
}

/** The weight of a coding, from 0 to 1; null if it is not in the list. */
function weightOf(coding: string, codings: readonly string[]): number | null {
  const found = codings.find((each) => each === coding || each.startsWith(`${coding};`));
  return found === undefined ? null : Number(/;q=(\d\.?\d*)$/.exec(found)?.[1] ?? 1);
}
