/**
 * Pauses while large answers come in. The runtime reads a socket that has more without looking at the
 * others, for hundreds of milliseconds where Cassandra sends megabytes: new connections would not be
 * accepted meanwhile. So the driver takes some full chunks in a row, and the rest in the next turn.
 *
 * Read against cassandra-driver 4.10.0, `lib/streams.js`, and Deno 2.9. An answer that fits into a chunk
 * never waits.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { nextTurn } from "../../../codec/next_turn.ts";

type Callback = (error?: Error | null) => void;

/** What cuts the bytes of a connection into frames. */
export interface ProtocolStream {
  _transform(chunk: Buffer, encoding: string, callback: Callback): void;
  /** Ours: the full chunks since the last pause. */
  fullChunks?: number;
}

/** What the runtime reads at once where there is as much. */
const FULL_CHUNK_BYTES = 65_536;
const FULL_CHUNKS_IN_A_ROW = 8;

/** @param prototype of all connections of the process */
export function paceReading(prototype: ProtocolStream): void {
  const transform = prototype._transform;
  prototype._transform = function (chunk, encoding, callback) {
    this.fullChunks = chunk.length < FULL_CHUNK_BYTES ? 0 : (this.fullChunks ?? 0) + 1;
    if (this.fullChunks < FULL_CHUNKS_IN_A_ROW) {
      return transform.call(this, chunk, encoding, callback);
    }
    this.fullChunks = 0;
    transform.call(this, chunk, encoding, (error) => {
      // The stream takes nothing more until it is called back.
      nextTurn(() => callback(error));
    });
  };
}
