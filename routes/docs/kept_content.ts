/**
 * Text that callers request again and again: it is compressed once, and kept compressed. A client that does not accept
 * gzip gets it plain, with a header that keeps the runtime from compressing it for each client.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { answerKept } from "../respond/answer_bytes.ts";
import { acceptsGzip } from "../respond/body/compress.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class KeptContent {
  /** Null once it is compressed. */
  #text: string | null;
  #gzip: Promise<Bytes> | null = null;
  #plain: Promise<Bytes> | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** Compressed at the first request. */
  gzip(): Promise<Bytes> {
    this.#gzip ??= through(new Blob([this.#text!]), new CompressionStream("gzip"));
    this.#text = null;
    return this.#gzip;
  }

  /** Kept as well from then on. */
  plain(): Promise<Bytes> {
    this.#plain ??= this.gzip().then((gzip) =>
      through(new Blob([gzip]), new DecompressionStream("gzip"))
    );
    return this.#plain;
  }
}

async function through(
  content: Blob,
  transform: TransformStream<BufferSource, Bytes>,
): Promise<Bytes> {
  return await new Response(content.stream().pipeThrough(transform)).bytes();
}

export interface KeptHeaders {
  readonly "content-type": string;
  readonly "cache-control": string;
  readonly [name: string]: string;
}

/**
 * Answers with the content. Each answer has the headers.
 *
 * @throws {ServiceError} as `answerKept()` does
 */
export async function answerContent(
  context: Context<AppEnv>,
  content: KeptContent,
  headers: KeptHeaders,
): Promise<Response> {
  const isCompressed = acceptsGzip(context.req.header("accept-encoding"));
  const bytes = await (isCompressed ? content.gzip() : content.plain());
  const { vary, "cache-control": caching } = headers;
  return answerKept(context, bytes, {
    headers: {
      ...headers,
      "cache-control": `${caching}, no-transform`,
      // It goes out in pieces, and is known nevertheless.
      "content-length": `${bytes.length}`,
      "vary": vary === undefined ? "Accept-Encoding" : `${vary}, Accept-Encoding`,
      ...isCompressed ? { "content-encoding": "gzip" } : {},
    },
  });
}
