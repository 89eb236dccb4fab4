/**
 * An EXECUTE request whose values are already bytes, so that only `codec/` decides what they mean. Its frame is
 * written in place, next to the frames of other requests, without a separate buffer for a field or a frame.
 *
 * The driver treats it like its own requests: it may send it again, to another node or on another stream.
 *
 * Source: native protocol v4, sections 2 and 4.1.6, which v3 shares.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import type { Deadline } from "../../timing/deadline.ts";
import type { Encoder, ExecutionSettings, PrepareAgain, Request } from "../driver_shapes.ts";
import type { WriteTime } from "../driver_types.ts";
import type { BoundStatement } from "../send_options.ts";

/** Of a frame, from v3 on. */
export const HEADER_BYTES = 9;
const EXECUTE = 0x0a;
const TRACING = 0x02;

const WITH_VALUES = 0x01;
const WITH_PAGE_SIZE = 0x04;
const WITH_PAGING_STATE = 0x08;
const WITH_SERIAL_CONSISTENCY = 0x10;
const WITH_TIMESTAMP = 0x20;

const NULL = -1;
const UNSET = -2;
/** UNSET is known from this version on; before, the driver takes it for null. */
const UNSET_VERSION = 4;

const TWO_TO_32 = 2 ** 32;

export interface ExecuteRequestOptions {
  readonly execution: ExecutionSettings;
  /** The same for each attempt; null for none. */
  readonly writeTime: WriteTime | null;
  readonly prepareAgain: PrepareAgain;
  readonly deadline: Deadline;
  /** The most bytes of rows that are taken. */
  readonly maxBytes: number;
}

export class ExecuteRequest implements Request {
  readonly #bound: BoundStatement;
  readonly #execution: ExecutionSettings;
  readonly #writeTime: WriteTime | null;
  readonly prepareAgain: PrepareAgain;
  readonly deadline: Deadline;
  readonly maxBytes: number;
  /** Of the whole frame. */
  readonly byteLength: number;

  constructor(
    bound: BoundStatement,
    { execution, writeTime, prepareAgain, deadline, maxBytes }: ExecuteRequestOptions,
  ) {
    this.#bound = bound;
    this.#execution = execution;
    this.#writeTime = writeTime;
    this.prepareAgain = prepareAgain;
    this.deadline = deadline;
    this.maxBytes = maxBytes;
    this.byteLength = HEADER_BYTES + this.#bodyBytes();
  }

  /** Names the statement to the node that prepared it, and is the key under which its result columns are kept here. */
  get queryId(): Buffer {
    return this.#bound.id;
  }

  get query(): string {
    return this.#bound.cql;
  }

  get consistency(): number {
    return this.#execution.consistency;
  }

  /** What the driver asks for when it plans a request. */
  getRoutingKey(): Buffer | undefined {
    return this.#execution.routingKey;
  }

  getKeyspace(): string | undefined {
    return this.#execution.keyspace;
  }

  getPreferredHost(): null {
    return null;
  }

  /** @throws {DeadlinePassed} if it is too late to send it */
  write(encoder: Encoder, streamId: number): Buffer {
    this.deadline.noteSending();
    const frame = Buffer.allocUnsafe(this.byteLength);
    this.writeInto(frame, 0, { streamId, version: encoder.protocolVersion });
    return frame;
  }

  /** @returns where the frame ends */
  writeInto(
    target: Buffer,
    start: number,
    { streamId, version }: { readonly streamId: number; readonly version: number },
  ): number {
    const { id, values } = this.#bound;
    const { consistency, fetchSize, pageState, serialConsistency, traceQuery } = this.#execution;
    target[start] = version;
    target[start + 1] = traceQuery ? TRACING : 0;
    writeShort(target, start + 2, streamId);
    target[start + 4] = EXECUTE;
    let offset = writeInt(target, start + 5, this.byteLength - HEADER_BYTES);
    offset = writeShort(target, offset, id.length);
    target.set(id, offset);
    offset = writeShort(target, offset + id.length, consistency);
    target[offset++] = this.#flags();
    if (values.length > 0) {
      offset = writeShort(target, offset, values.length);
      for (const value of values) {
        if (value == null) {
          const isUnset = value === undefined && version >= UNSET_VERSION;
          offset = writeInt(target, offset, isUnset ? UNSET : NULL);
        } else {
          offset = writeBytes(target, offset, value);
        }
      }
    }
    if (fetchSize) offset = writeInt(target, offset, fetchSize);
    if (pageState) offset = writeBytes(target, offset, pageState);
    if (serialConsistency) offset = writeShort(target, offset, serialConsistency);
    if (this.#writeTime !== null) offset = writeLong(target, offset, this.#writeTime);
    return offset;
  }

  #flags(): number {
    const { fetchSize, pageState, serialConsistency } = this.#execution;
    return (this.#bound.values.length > 0 ? WITH_VALUES : 0) |
      (fetchSize ? WITH_PAGE_SIZE : 0) |
      (pageState ? WITH_PAGING_STATE : 0) |
      (serialConsistency ? WITH_SERIAL_CONSISTENCY : 0) |
      (this.#writeTime === null ? 0 : WITH_TIMESTAMP);
  }

  #bodyBytes(): number {
    const { id, values } = this.#bound;
    const { fetchSize, pageState, serialConsistency } = this.#execution;
    let bytes = 2 + id.length + 2 + 1;
    if (values.length > 0) bytes += 2 + 4 * values.length;
    for (const value of values) if (value != null) bytes += value.length;
    if (fetchSize) bytes += 4;
    if (pageState) bytes += 4 + pageState.length;
    if (serialConsistency) bytes += 2;
    if (this.#writeTime !== null) bytes += 8;
    return bytes;
  }
}

function writeShort(target: Buffer, offset: number, value: number): number {
  target[offset] = value >> 8;
  target[offset + 1] = value;
  return offset + 2;
}

function writeInt(target: Buffer, offset: number, value: number): number {
  target[offset] = value >> 24;
  target[offset + 1] = value >> 16;
  target[offset + 2] = value >> 8;
  target[offset + 3] = value;
  return offset + 4;
}

function writeBytes(target: Buffer, offset: number, bytes: Buffer): number {
  const start = writeInt(target, offset, bytes.length);
  target.set(bytes, start);
  return start + bytes.length;
}

/** A number may be negative: its high half is rounded down, and its low half is the rest. */
function writeLong(target: Buffer, offset: number, value: WriteTime): number {
  if (value instanceof cassandra.types.Long) {
    return writeInt(target, writeInt(target, offset, value.high), value.low);
  }
  const high = Math.floor(value / TWO_TO_32);
  return writeInt(target, writeInt(target, offset, high), value - high * TWO_TO_32);
}
