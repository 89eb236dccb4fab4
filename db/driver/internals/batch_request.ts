/**
 * A BATCH of one prepared statement with packed rows, in one buffer. The driver writes a batch piece by piece:
 * a buffer for each length, a buffer for each value, and then another buffer into which all are copied.
 *
 * Native protocol version 4, sections 2 and 4.1.7; version 3 has the same. Read against
 * cassandra-driver 4.10.0, `lib/requests.js`, `lib/writers.js`.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import type { PackedRow } from "../../../codec/packed/packed_rows.ts";
import type { Deadline } from "../timing/deadline.ts";
import type { Encoder, Request } from "./driver_shapes.ts";

/** The driver's execution options that a batch uses. */
export interface BatchExecution {
  getConsistency(): number;
  getSerialConsistency(): number | null | undefined;
  getOrGenerateTimestamp(): cassandra.types.Long | null | undefined;
  isQueryTracing(): boolean;
}

/** The rows of a batch, and how to write them. */
export interface BatchRows {
  readonly id: Buffer;
  readonly rows: readonly PackedRow[];
}

const BATCH = 0x0d;
const HEADER_BYTES = 9;
const TRACING = 0x02;
const UNLOGGED = 1;
const PREPARED = 1;
const WITH_SERIAL_CONSISTENCY = 0x10;
const WITH_TIMESTAMP = 0x20;

/** A batch that is not logged. The driver calls `write` for each attempt. */
export class PackedBatch implements Request {
  /** Of the body, once it was written. */
  length = 0;
  readonly options: BatchExecution;
  readonly #batch: BatchRows;
  readonly deadline: Deadline;
  readonly #timestamp: cassandra.types.Long | null | undefined;

  constructor(batch: BatchRows, options: BatchExecution, deadline: Deadline) {
    this.#batch = batch;
    this.options = options;
    this.deadline = deadline;
    // The same for each attempt.
    this.#timestamp = options.getOrGenerateTimestamp();
  }

  write({ protocolVersion }: Encoder, streamId: number): Buffer {
    this.deadline.noteSending();
    const { id, rows } = this.#batch;
    const serial = this.options.getSerialConsistency();
    const timestamp = this.#timestamp;
    const ofRow = 1 + 2 + id.length;
    let size = HEADER_BYTES + 1 + 2 + rows.length * ofRow + 2 + 1 + (serial ? 2 : 0) +
      (timestamp ? 8 : 0);
    for (const { start, end } of rows) size += end - start;
    this.length = size - HEADER_BYTES;

    const frame = Buffer.allocUnsafe(size);
    let at = frame.writeUInt8(protocolVersion, 0);
    at = frame.writeUInt8(this.options.isQueryTracing() ? TRACING : 0, at);
    at = frame.writeInt16BE(streamId, at);
    at = frame.writeUInt8(BATCH, at);
    at = frame.writeInt32BE(this.length, at);
    at = frame.writeUInt8(UNLOGGED, at);
    at = frame.writeUInt16BE(rows.length, at);
    for (const { block, start, end } of rows) {
      frame[at] = PREPARED;
      frame[at + 1] = id.length >>> 8;
      frame[at + 2] = id.length & 0xff;
      frame.set(id, at + 3);
      frame.set(block.subarray(start, end), at + ofRow);
      at += ofRow + end - start;
    }
    at = frame.writeUInt16BE(this.options.getConsistency(), at);
    const flags = (serial ? WITH_SERIAL_CONSISTENCY : 0) | (timestamp ? WITH_TIMESTAMP : 0);
    at = frame.writeUInt8(flags, at);
    if (serial) at = frame.writeUInt16BE(serial, at);
    if (timestamp) {
      at = frame.writeInt32BE(timestamp.getHighBits(), at);
      frame.writeInt32BE(timestamp.getLowBits(), at);
    }
    return frame;
  }
}
