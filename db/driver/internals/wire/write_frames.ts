/**
 * Writes the requests of one turn of the event loop to a connection's socket at once. The driver's own queue
 * writes the first request, and makes all others wait until the runtime reports that it has left. Here only the
 * socket decides: requests that it does not take at once wait until it has room.
 *
 * Read against cassandra-driver 4.10.0, `lib/writers.js` and `lib/connection.js`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import type { TransientMap } from "../../../../runtime/transient_map.ts";
import type { Encoder, Request } from "../driver_shapes.ts";
import { ExecuteRequest } from "./execute_request.ts";
import type { PendingOperation } from "./read_frames.ts";

/** A request that may still have to be written. */
export interface WritableOperation extends PendingOperation {
  readonly request: Request;
  streamId: number;
  /** False once its time is up. */
  canBeWritten(): boolean;
}

/** A connection, as far as frames are written to it. */
export interface WrittenConnection {
  readonly netClient: {
    write(bytes: Buffer, callback: (error?: Error | null) => void): boolean;
    on(event: "drain", listener: () => void): void;
  };
  readonly encoder: Encoder;
  /** Requests that wait for an answer, by stream. */
  _operations: TransientMap<number, WritableOperation>;
  readonly _streamIds: { push(streamId: number): void };
  readonly _pendingWrites: WritableOperation[];
  writeQueue: WriteQueue;
  /** Null while all streams are in use. */
  _getStreamId(): number | null;
  /** Notes that something was written. */
  _setIdleTimeout(): void;
}

/** A connection that is given up at some time. */
export interface EndingConnection {
  /** Null before there is a socket. */
  readonly writeQueue?: WriteQueue | null;
  /** Fails everything that waits for an answer. */
  clearAndInvokePending(error?: Error): void;
}

type Written = (error?: unknown) => void;

interface Entry {
  readonly operation: WritableOperation;
  /** The driver's; null if the operation is ours. */
  readonly callback: Written | null;
}

interface Frame {
  readonly bytes: ExecuteRequest | Buffer;
  readonly streamId: number;
}

/** The most that is written at once, apart from the last frame. */
const BATCH_BYTES = 65_536;
const PAGE_BYTES = 16_384;

/** Sends a request on one of the connection's streams, or once one of them is free. */
export function sendOn(connection: WrittenConnection, operation: WritableOperation): void {
  const streamId = connection._getStreamId();
  if (streamId === null) {
    connection._pendingWrites.push(operation);
    return;
  }
  operation.streamId = streamId;
  connection.writeQueue.push(operation, null);
}

/**
 * Gives up unwritten requests together with those that wait for answers. A socket that takes nothing is closed
 * only after a while; long before that, its requests could be sent elsewhere.
 *
 * @param prototype of all connections of the process
 */
export function failUnwritten(prototype: EndingConnection): void {
  const { clearAndInvokePending } = prototype;
  prototype.clearAndInvokePending = function (error) {
    clearAndInvokePending.call(this, error);
    this.writeQueue?.close();
  };
}

/** The queue that the driver pushes its requests to. */
export class WriteQueue {
  readonly #connection: WrittenConnection;
  #waiting: Entry[] = [];
  /** Null while the socket holds it, and before it is first needed. */
  #page: Buffer | null = null;
  #isScheduled = false;
  /** Whether the socket takes more. */
  #hasRoom = true;
  #error: Error | null = null;

  constructor(connection: WrittenConnection) {
    this.#connection = connection;
    connection.netClient.on("drain", () => {
      this.#hasRoom = true;
      this.#schedule();
    });
  }

  push(operation: WritableOperation, callback: Written | null): void {
    const entry = { operation, callback };
    if (this.#error !== null) {
      process.nextTick(() => this.#fail(entry, this.#error));
      return;
    }
    this.#waiting.push(entry);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#hasRoom || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.#write();
      this.#schedule();
    });
  }

  #write(): void {
    const entries = this.#waiting;
    const now = performance.now();
    const frames: Frame[] = [];
    let bytes = 0;
    let taken = 0;
    while (taken < entries.length && bytes < BATCH_BYTES) {
      const frame = this.#frameOf(entries[taken++]!, now);
      if (frame === null) continue;
      frames.push(frame);
      bytes += frame.bytes.byteLength;
    }
    this.#waiting = taken === entries.length ? [] : entries.slice(taken);
    if (frames.length === 0) return;
    // Once for all of them, as it reads the clock.
    this.#connection._setIdleTimeout();
    const target = this.#targetFor(bytes);
    const version = this.#connection.encoder.protocolVersion;
    let end = 0;
    for (const { bytes: frame, streamId } of frames) {
      if (frame instanceof ExecuteRequest) {
        end = frame.writeInto(target, end, { streamId, version });
      } else {
        target.set(frame, end);
        end += frame.length;
      }
    }
    this.#hasRoom = this.#connection.netClient.write(target.subarray(0, bytes), (error) => {
      if (target.length === PAGE_BYTES) this.#page = target;
      if (error) this.#break(error);
    });
  }

  /** What to write of an entry; null if it must no longer be written. */
  #frameOf(entry: Entry, now: number): Frame | null {
    const { operation } = entry;
    const { request, streamId } = operation;
    if (!operation.canBeWritten()) {
      this.#fail(entry, new Error("The request was given up before it was written"));
      return null;
    }
    let bytes: Frame["bytes"];
    try {
      if (request instanceof ExecuteRequest) {
        request.deadline.noteSending(now);
        bytes = request;
      } else {
        bytes = request.write(this.#connection.encoder, streamId);
      }
    } catch (error) {
      this.#fail(entry, error);
      return null;
    }
    this.#wait(entry);
    return { bytes, streamId };
  }

  /** A page is reused once the socket is done with it; most writes fit into one. */
  #targetFor(bytes: number): Buffer {
    if (bytes > PAGE_BYTES) return Buffer.allocUnsafe(bytes);
    const page = this.#page ?? Buffer.allocUnsafeSlow(PAGE_BYTES);
    this.#page = null;
    return page;
  }

  /** Its answer may arrive as soon as it is written. */
  #wait({ operation, callback }: Entry): void {
    if (callback !== null) return callback();
    this.#connection._operations.set(operation.streamId, operation);
  }

  #fail({ operation, callback }: Entry, error: unknown): void {
    if (callback !== null) return callback(error);
    this.#connection._streamIds.push(operation.streamId);
    operation.setResult(error);
  }

  /** Fails requests that are not written yet, and those pushed from now on. */
  close(): void {
    this.#break(new Error("The connection was given up"));
  }

  /** Nothing more can be written; unwritten requests may be sent elsewhere. */
  #break(innerError: Error): void {
    if (this.#error !== null) return;
    Object.assign(innerError, { isSocketError: true });
    const error = Object.assign(new Error("Socket was closed"), {
      isSocketError: true,
      requestNotWritten: true,
      innerError,
    });
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) this.#fail(entry, error);
  }
}
