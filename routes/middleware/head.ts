/**
 * `HEAD` answers as `GET` does (RFC 9110, section 9.3.2). The runtime knows how: it compresses or
 * measures the body as for `GET`, and then leaves it out. The framework would drop the body earlier, and
 * the length with it. So the response is kept here as the handler made it, and replaces the framework's.
 *
 * Over HTTP/2 the runtime forgets to leave it out, and clients end such a stream with an error. So the body is
 * left out here, except where the request is of HTTP/1.1 for sure and learns how the runtime would compress.
 *
 * @module
 */
import { readWhole } from "../../runtime/whole_body.ts";
import { isHttp1 } from "../http_version.ts";
import type { PipelineStep } from "../step.ts";

type Fetch = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** The whole responses to the `HEAD` requests of one app. */
export class WholeResponses {
  readonly #whole = new WeakMap<Request, Response>();

  /** Keeps them. Comes before every other step, so that it sees each response as it is sent. */
  keep(): PipelineStep {
    return {
      name: "keepWhole",
      leave: (context) => {
        if (context.req.method === "HEAD") this.#whole.set(context.req.raw, context.res);
      },
    };
  }

  /** The function to serve the app with. */
  fetchFrom(
    app: { fetch(request: Request, info: unknown): Response | Promise<Response> },
  ): Fetch {
    return (request, info) => {
      const response = app.fetch(request, info);
      return request.method === "HEAD" ? this.#wholeOf(request, response) : response;
    };
  }

  async #wholeOf(request: Request, response: Response | Promise<Response>): Promise<Response> {
    const answered = await response;
    const whole = this.#whole.get(request) ?? answered;
    return isHttp1(request) ? whole : await withoutBody(whole, request);
  }
}

/** In `Accept-Encoding`, if the runtime may compress the answer. */
const COMPRESSED = /gzip|br|\*/i;

/** With the length that the runtime would have measured. Of what it may compress, `GET` has another. */
async function withoutBody(response: Response, { headers: sent }: Request): Promise<Response> {
  const { status, headers } = response;
  if (response.body === null) return response;
  const length = await lengthOf(response.body);
  const kept = new Headers(headers);
  const mayBeCoded = COMPRESSED.test(sent.get("accept-encoding") ?? "") &&
    !/no-transform/i.test(kept.get("cache-control") ?? "");
  const isYetToBeCoded = mayBeCoded && !kept.has("content-encoding");
  if (isYetToBeCoded) kept.delete("content-length");
  else if (!mayBeCoded && length !== null && !kept.has("content-length")) {
    kept.set("content-length", `${length}`);
  }
  if (kept.has("content-length") || !sent.has("host")) {
    return new Response(null, { status, headers: kept });
  }
  // Over HTTP/1.1 the runtime gives null the length 0. An empty stream has none, but twenty bytes when it is compressed.
  if (isYetToBeCoded) kept.append("cache-control", "no-transform");
  return new Response(ReadableStream.from([]), { status, headers: kept });
}

/** Null of a stream, which is not waited for, and of an empty one in its place. */
async function lengthOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number | null> {
  const found = await readWhole(body);
  if (found.kind === "whole") return found.bytes.length || null;
  await found.pieces.return!();
  return null;
}
