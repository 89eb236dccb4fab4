/**
 * Frames that were put together from several chunks. Each has a buffer to itself, so its memory can be given
 * back when its rows are no longer needed. A frame that came in one chunk shares that chunk with other frames.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { giveBack } from "../../../../runtime/give_back.ts";
import type { RawRows } from "../driver_types.ts";

const gathered = new WeakSet<Buffer>();

/** Room for a frame. */
export function gatheredFrame(length: number): Buffer<ArrayBuffer> {
  const frame = Buffer.allocUnsafe(length);
  gathered.add(frame);
  return frame;
}

/** Gives back the memory of rows that nobody reads again, if they have it to themselves. */
export function releaseBody({ body, texts }: RawRows): void {
  // Rows with texts belong to several requests.
  if (texts === undefined && gathered.has(body)) giveBack(body as Buffer<ArrayBuffer>);
}
