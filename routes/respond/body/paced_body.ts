/**
 * Writes a body in chunks, each after the caller has taken the one before. It ends when a caller
 * takes nothing for too long: otherwise a caller who does not read could hold a slot, and the rows
 * in memory, indefinitely. A failure leaves the text unfinished and breaks the connection, so a
 * short answer never looks complete.
 *
 * The runtime cannot close a connection while it waits for the peer to read. The socket and its
 * buffer stay until the caller reads on or leaves, or a proxy ends the connection.
 *
 * @module
 */

import { CallerLeft } from "../../../errors/caller_left.ts";
import { toServiceError } from "../../../errors/service_error.ts";
import type { RequestContext } from "../../context.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What ends a body that nobody reads. */
export class ReaderStalled extends Error {
  override readonly name = "ReaderStalled";

  constructor(stallTimeoutMs: number) {
    super(`The caller took nothing for ${stallTimeoutMs} ms`);
  }
}

/** How a body ends: whole, or broken off, with what broke it off; undefined if the caller left. */
export type BodyEnd =
  | { readonly completed: true }
  | { readonly completed: false; readonly cause: unknown };

/** What stands where a failure ends a text, so that no parser takes it for whole. Of one answer. */
export interface Unfinished {
  /** Sees each piece before it goes out. */
  readonly follow?: (piece: Bytes) => void;
  /** Never empty. */
  readonly text: () => string;
}

export interface PacedBodyOptions {
  /** For the message of a connection that breaks, which the runtime prints. */
  readonly requestId: string;
  /** Longest that a piece may wait to be taken, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Resolves when a piece may go out. */
  readonly takeSlot: () => Promise<void>;
  /** What stands where a failure ends the text. Default: nothing does. */
  readonly unfinished?: Unfinished;
  /** Called once. */
  readonly onEnd: (end: BodyEnd) => void;
}

/** @param pieces read only as the caller takes them; ended if the caller leaves or stalls */
export function pacedBody(
  pieces: AsyncIterator<Bytes> | Iterator<Bytes>,
  { requestId, stallTimeoutMs, takeSlot, unfinished, onEnd }: PacedBodyOptions,
): ReadableStream<Bytes> {
  /** Null once it is over, so that the memory behind a piece is free. */
  let source: typeof pieces | null = pieces;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // The runtime prints this; the cause is in the log.
  const brokenOff = `The answer to request ${requestId} broke off`;

  function end(how: BodyEnd): void {
    clearTimeout(timer);
    source = null;
    onEnd(how);
  }
  function breakOff(controller: ReadableStreamDefaultController<Bytes>, cause: unknown): void {
    // Over HTTP/1.0, a complete answer also ends with the connection (RFC 9112, section 6.3). An error drops
    // what has not been taken yet, so it waits for the next pull, which comes after that.
    if (unfinished === undefined) controller.error(brokenOff);
    else controller.enqueue(new TextEncoder().encode(unfinished.text()));
    end({ completed: false, cause });
  }
  function waitForReader(controller: ReadableStreamDefaultController<Bytes>): void {
    timer = setTimeout(() => {
      letGo(pieces);
      breakOff(controller, new ReaderStalled(stallTimeoutMs));
    }, stallTimeoutMs);
  }

  return new ReadableStream<Bytes>({
    start: waitForReader,
    async pull(controller) {
      clearTimeout(timer);
      if (source === null) return controller.error(brokenOff);
      try {
        const { done, value } = await source.next();
        if (source === null) return;
        if (done) {
          controller.close();
          return end({ completed: true });
        }
        await takeSlot();
        if (source === null) return;
        unfinished?.follow?.(value);
        controller.enqueue(value);
        // Handing the piece over is where the runtime may notice that the caller has left: it cancels within the call.
        if (source !== null) waitForReader(controller);
      } catch (error) {
        if (source !== null) breakOff(controller, error);
      }
    },
    cancel() {
      if (source === null) return;
      letGo(pieces);
      end({ completed: false, cause: undefined });
    },
  }, { highWaterMark: 0 });
}

/** Ends pieces that nobody wants any more: a failure, as of a handler's own stream, is of no use to anybody. */
function letGo(pieces: AsyncIterator<Bytes> | Iterator<Bytes>): void {
  Promise.resolve(pieces.return?.()).catch(() => {});
}

export interface AnswerOptions extends Pick<PacedBodyOptions, "unfinished"> {
  /** Hears how it ends. */
  readonly request: RequestContext;
  /** Called when it ends, however that is. */
  readonly onEnd?: () => void;
}

/** The body of an answer: the request lasts until it ends. */
export function answerBody(
  pieces: AsyncIterator<Bytes> | Iterator<Bytes>,
  { request, onEnd, ...options }: AnswerOptions,
): ReadableStream<Bytes> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  request.completion = promise;
  return pacedBody(pieces, {
    ...options,
    requestId: request.id,
    stallTimeoutMs: request.stallTimeoutMs,
    takeSlot: request.takeWriteSlot,
    onEnd(end) {
      if (!end.completed) noteFailure(request, end.cause);
      onEnd?.();
      resolve(end.completed);
    },
  });
}

/** For the log: a caller who has left or stalls is not a failure of the service. */
function noteFailure(request: RequestContext, thrown: unknown): void {
  if (thrown === undefined || thrown instanceof CallerLeft) return;
  request.cause = thrown;
  if (thrown instanceof ReaderStalled) return;
  const { code, cause } = toServiceError(thrown);
  request.code = code;
  request.cause = cause ?? thrown;
}
