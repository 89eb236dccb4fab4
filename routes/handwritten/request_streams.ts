/**
 * The streams of rows that a handler reads. None outlives its request. A response that is a stream, of rows or
 * of anything else, continues after the handler has returned; the log line, the metrics and the caller's slot
 * then wait for its last byte.
 *
 * A request is over when its answer has been delivered (the runtime's `completed`) or its caller has left
 * (`signal`: "no-legacy-abort" in `deno.json` makes the runtime abort it only for that reason).
 *
 * @module
 */
import { context as otel } from "@opentelemetry/api";
import type { Context } from "hono";
import type { Row } from "../../db/prepare/rows/read_rows.ts";
import type { RowPage } from "../../db/run/pages/page.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import { piecesOf, readWhole } from "../../runtime/whole_body.ts";
import type { AppEnv } from "../context.ts";
import { isSmall, pacedBytes, smallBody } from "../respond/answer_bytes.ts";
import { answerNobody } from "../respond/answer_nobody.ts";
import { answerBody } from "../respond/body/paced_body.ts";
import { inPieces } from "../respond/body/pieces.ts";
import { mayBeHttp2 } from "../http_version.ts";

/**
 * A handler that has read less has nothing large to answer with: a byte of a row seldom becomes sixteen of JSON, names
 * of columns included. To look at a response takes as long as to make it, which a small answer is spared.
 */
export const MANY_BYTES = 4_096;

export type RowStream = AsyncGenerator<Row, void, void>;

export class RequestStreams {
  readonly #context: Context<AppEnv>;
  readonly #open = new Set<RowStream>();
  #isOver = false;
  #isAnswering = false;
  #isWatching = false;

  constructor(context: Context<AppEnv>) {
    this.#context = context;
  }

  /** The rows of page after page; each page is fetched when the rows before it have been read. */
  open(readPage: (position: RowPage["next"]) => Promise<RowPage>): RowStream {
    this.#watchEnd();
    // When the body of a response is read, the span of the request is no longer the active one.
    const readInSpan = otel.bind(otel.active(), readPage);
    const rows = this.#read(readInSpan, () => this.#open.delete(rows));
    this.#open.add(rows);
    return rows;
  }

  async *#read(
    readPage: (position: RowPage["next"]) => Promise<RowPage>,
    onEnd: () => void,
  ): RowStream {
    try {
      let position: RowPage["next"] = null;
      do {
        this.#assertOpen();
        const page = await this.#context.get("request").readInTurn(() => readPage(position));
        for (const row of page.rows) {
          this.#assertOpen();
          yield row;
        }
        position = page.next;
      } while (position !== null);
    } finally {
      onEnd();
    }
  }

  #assertOpen(): void {
    if (this.#context.req.raw.signal.aborted) throw new CallerLeft();
    if (this.#isOver) throw new TypeError("Cannot read more rows: the request is over");
  }

  /** Whether the handler has returned, and its answer is a stream that goes on. */
  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  /**
   * Refuses a call for a request that is over: nothing would bound it, record how the request ended, or wait for it
   * when the service stops.
   *
   * @throws {CallerLeft} if its caller has left
   * @throws {TypeError} saying what to do, if it has its answer
   */
  assertCallable(name: string): void {
    if (!this.#isOver) return;
    if (this.#context.req.raw.signal.aborted) throw new CallerLeft();
    throw new TypeError(
      `Cannot call query "${name}": the request is over: await every call before the handler returns, or make it in the stream that the handler answers with`,
    );
  }

  #watchEnd(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const close = () => this.close();
    this.#context.env.completed.then(close, close);
  }

  /** From here on every call and stream throws, so no reader takes a partial result for a complete one. */
  close(): void {
    this.#isOver = true;
    this.#isAnswering = false;
    this.#open.clear();
  }

  /** Whether work failed because its caller has left: what waits with the signal of the request fails, too. */
  isOfLeaving(error: unknown): boolean {
    if (error instanceof CallerLeft) return true;
    const isAbort = error instanceof Error && error.name === "AbortError";
    return isAbort && this.#context.req.raw.signal.aborted;
  }

  /** The response to a caller who has left. */
  answerNobody(): Response {
    this.close();
    return answerNobody(this.#context);
  }

  /**
   * The response of a handler. If it is a stream, or large, the request lasts until it ends.
   *
   * @param mayStream whether the route may answer with a stream of its own, as far as its definition says
   * @throws {ServiceError} as `pacedBytes()` does
   * @throws {TypeError} if the body is a stream of anything but bytes
   */
  async hold(response: Response, { mayStream }: { mayStream: boolean }): Promise<Response> {
    const { env, req } = this.#context;
    if (this.#open.size === 0) {
      const readsMuch = this.#context.get("request").bytesRead > MANY_BYTES;
      const isLookedAt = readsMuch || mayStream || mayBeHttp2(req.raw, env);
      const held = isLookedAt ? await this.#holdOwn(response) : response;
      if (!this.#isAnswering) this.close();
      return held;
    }
    if (response.body === null || req.method === "HEAD") {
      // The handler's own stream may fail to end, and its headers are all that is asked for.
      await response.body?.cancel().catch(() => {});
      this.close();
      return new Response(response.body && ReadableStream.from([]), response);
    }
    return new Response(this.#follow(piecesOf(response.body)), response);
  }

  /** The response of a handler that has no rows to read. */
  async #holdOwn(response: Response): Promise<Response> {
    const context = this.#context;
    // The runtime needs the whole of it to say its length.
    if (context.req.method === "HEAD" || response.body === null) return response;
    const body = await readWhole(response.body);
    if (body.kind === "stream") return new Response(this.#follow(body.pieces), response);
    const { bytes: { length }, bytes } = body;
    const { status } = response;
    const held = new Response(
      isSmall(context, length)
        ? smallBody(context, bytes)
        : pacedBytes(context, inPieces(bytes), { status, length }),
      response,
    );
    // What is handed over as a stream has no length of its own. The runtime takes it out where it compresses.
    held.headers.set("content-length", `${length}`);
    return held;
  }

  /**
   * The same bytes; the request learns how they end.
   *
   * @throws {ServiceError} `too_many_streams`, and then the stream is cancelled
   */
  #follow(pieces: AsyncIterator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
    const request = this.#context.get("request");
    try {
      // The handler's writes stay, so other methods keep their place.
      if (this.#context.req.method === "GET") request.holdStream("stream");
    } catch (error) {
      pieces.return?.().catch(() => {});
      throw error;
    }
    this.#isAnswering = true;
    return answerBody(pieces, {
      request,
      onEnd: () => this.close(),
    });
  }
}
