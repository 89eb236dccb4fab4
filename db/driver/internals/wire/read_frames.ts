/**
 * Reads the frames that come in on a connection. Answers to EXECUTE requests of this service are read here, as
 * bytes; all other frames go on to the driver's own streams, byte for byte. For a row or two,
 * three chained object streams cost more than everything else that an answer needs.
 *
 * An answer with more bytes than its request accepts is skipped as it arrives. The runtime keeps reading a socket
 * that has more data without looking at the others, for hundreds of milliseconds if Cassandra sends megabytes:
 * no new connection would be accepted meanwhile. So at most a few full chunks are read in a row, and the rest in
 * the next turn.
 *
 * Read against cassandra-driver 4.10.0, `lib/connection.js` and `lib/streams.js`, and Deno 2.9.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { giveBack } from "../../../../runtime/give_back.ts";
import { nextTurn } from "../../../../runtime/next_turn.ts";
import { AnswerTooLarge } from "./answer_too_large.ts";
import type { FrameHeader } from "../driver_shapes.ts";
import { ExecuteRequest, HEADER_BYTES } from "./execute_request.ts";
import { gatheredFrame } from "./gathered_frames.ts";
import { type Body, type BodyReaderClass, type DriverAnswer, readResult } from "./read_result.ts";

/** A request that waits for its answer. */
export interface PendingOperation {
  readonly request: unknown;
  setResult(error: unknown, answer?: DriverAnswer | null, bodyLength?: number): void;
}

/** A connection, as far as frames are read from it. */
export interface ReadConnection {
  readonly netClient: {
    unpipe(stream: unknown): void;
    on(event: "data", listener: (chunk: Buffer<ArrayBuffer>) => void): void;
    pause(): void;
    resume(): void;
  };
  /** Takes incoming bytes, in pieces of any size. */
  readonly protocol: { write(bytes: Buffer): void };
  /** By the stream that their answers come on. */
  readonly _operations: { get(streamId: number): PendingOperation | undefined };
  freeStreamId(header: { readonly streamId: number }): void;
}

const RESULT = 0x08;
/** Frames of earlier versions have shorter headers. */
const FIRST_VERSION = 3;
/** Room for what stands before the rows: the columns, and a paging state as long as a row's keys. */
const HEAD_BYTES = 128 * 1024;

/** As much as the runtime reads at once, if it is there. */
const FULL_CHUNK_BYTES = 65_536;
const FULL_CHUNKS_IN_A_ROW = 8;

/** What happens to a frame that has arrived only in part: it is passed to the driver, gathered, or skipped. */
type Rest =
  | { readonly kind: "passed" }
  | { readonly kind: "gathered"; readonly header: FrameHeader; readonly frame: Buffer }
  | { readonly kind: "skipped"; readonly header: FrameHeader; readonly error: AnswerTooLarge };

/** Takes the place of the driver's streams on a connection whose socket is open. */
export function readFrames(connection: ReadConnection, reader: BodyReaderClass): void {
  const { netClient, protocol } = connection;
  const reading = new FrameReading(connection, reader);
  let fullChunks = 0;
  netClient.unpipe(protocol);
  netClient.on("data", (chunk) => {
    fullChunks = chunk.length < FULL_CHUNK_BYTES ? 0 : fullChunks + 1;
    reading.take(chunk);
    if (fullChunks < FULL_CHUNKS_IN_A_ROW) return;
    fullChunks = 0;
    netClient.pause();
    nextTurn(() => netClient.resume());
  });
  netClient.resume();
}

class FrameReading {
  readonly #connection: ReadConnection;
  readonly #reader: BodyReaderClass;
  /** The beginning of a header whose rest has yet to arrive; empty most of the time. */
  #beginning: Buffer = Buffer.alloc(0);
  /** The rest of a frame that is still to come, and its bytes. */
  #rest: Rest = { kind: "passed" };
  #left = 0;
  /** Whether the chunk that is being read stays in use. */
  #isHeld = false;

  constructor(connection: ReadConnection, reader: BodyReaderClass) {
    this.#connection = connection;
    this.#reader = reader;
  }

  /** Reads a chunk. It is empty afterwards if nobody goes on using it. */
  take(chunk: Buffer<ArrayBuffer>): void {
    this.#isHeld = false;
    this.#takeFrames(chunk);
    if (!this.#isHeld) giveBack(chunk);
  }

  #takeFrames(chunk: Buffer): void {
    let offset = this.#left > 0 ? this.#goOn(chunk) : 0;
    if (this.#beginning.length > 0 && offset < chunk.length) {
      chunk = Buffer.concat([this.#beginning, chunk]);
      this.#beginning = Buffer.alloc(0);
    }
    while (offset < chunk.length) {
      if (chunk.length - offset < HEADER_BYTES && isKnown(chunk, offset)) {
        this.#beginning = Buffer.from(chunk.subarray(offset));
        return;
      }
      offset = this.#takeFrame(chunk, offset);
    }
  }

  /** @returns where the next frame begins, or the end of the chunk */
  #takeFrame(chunk: Buffer, start: number): number {
    if (!isKnown(chunk, start)) {
      this.#pass(chunk.subarray(start));
      return chunk.length;
    }
    const header = readHeader(chunk, start);
    const end = start + HEADER_BYTES + header.bodyLength;
    const operation = this.#connection._operations.get(header.streamId);
    const request = header.opcode === RESULT ? operation?.request : undefined;
    const isWhole = end <= chunk.length;
    if (!(request instanceof ExecuteRequest)) this.#pass(chunk.subarray(start, end));
    else if (header.bodyLength > request.maxBytes + HEAD_BYTES) {
      const error = new AnswerTooLarge({ bytes: header.bodyLength, maxBytes: request.maxBytes });
      if (isWhole) this.#answer(header, { error });
      else this.#rest = { kind: "skipped", header, error };
    } else if (isWhole) {
      this.#isHeld = true;
      this.#read(header, { bytes: chunk, start: start + HEADER_BYTES, end });
    } else this.#gather(header, chunk.subarray(start));
    if (isWhole) return end;
    this.#left = end - chunk.length;
    return chunk.length;
  }

  #pass(bytes: Buffer): void {
    this.#isHeld = true;
    this.#rest = { kind: "passed" };
    this.#connection.protocol.write(bytes);
  }

  #gather(header: FrameHeader, beginning: Buffer): void {
    const frame = gatheredFrame(HEADER_BYTES + header.bodyLength);
    frame.set(beginning);
    this.#rest = { kind: "gathered", header, frame };
  }

  /** Takes the rest of a frame, or some of it. */
  #goOn(chunk: Buffer): number {
    const end = Math.min(this.#left, chunk.length);
    const rest = this.#rest;
    if (rest.kind === "passed") this.#pass(chunk.subarray(0, end));
    else if (rest.kind === "gathered") {
      rest.frame.set(chunk.subarray(0, end), rest.frame.length - this.#left);
    }
    this.#left -= end;
    if (this.#left > 0 || rest.kind === "passed") return end;
    this.#rest = { kind: "passed" };
    if (rest.kind === "skipped") this.#answer(rest.header, { error: rest.error });
    else {
      const { header, frame } = rest;
      this.#read(header, { bytes: frame, start: HEADER_BYTES, end: frame.length });
    }
    return end;
  }

  #read(header: FrameHeader, body: Body): void {
    // It may have failed since its answer began, with the connection.
    const request = this.#connection._operations.get(header.streamId)?.request;
    if (!(request instanceof ExecuteRequest)) return;
    let answer: DriverAnswer | null;
    try {
      answer = readResult(header, body, {
        reader: this.#reader,
        statementId: request.queryId,
      });
    } catch (error) {
      return this.#answer(header, { error });
    }
    if (answer !== null) this.#answer(header, { error: null, answer });
    else this.#pass(body.bytes.subarray(body.start - HEADER_BYTES, body.end));
  }

  #answer(
    header: FrameHeader,
    { error, answer = null }: { readonly error: unknown; readonly answer?: DriverAnswer | null },
  ): void {
    const connection = this.#connection;
    connection._operations.get(header.streamId)?.setResult(error, answer, header.bodyLength);
    connection.freeStreamId(header);
  }
}

/** Frames of earlier versions are left to the driver, which a node answers in them while they negotiate. */
function isKnown(chunk: Buffer, offset: number): boolean {
  return (chunk[offset]! & 0x7f) >= FIRST_VERSION;
}

function readHeader(chunk: Buffer, offset: number): FrameHeader {
  return {
    version: chunk[offset]! & 0x7f,
    flags: chunk[offset + 1]!,
    streamId: chunk.readInt16BE(offset + 2),
    opcode: chunk[offset + 4]!,
    bodyLength: chunk.readUInt32BE(offset + 5),
  };
}
