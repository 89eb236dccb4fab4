/**
 * Gives memory outside the heap of V8 back as soon as nobody needs it. Without this, a buffer waits for a
 * garbage collection, and V8 lets 64 MB of them accumulate before it begins one. Buffers that live on between
 * so many dead ones keep the C library from returning the memory to the system.
 *
 * @module
 */

/** Bytes that nothing else uses. They are empty from then on; a part of a larger buffer stays as it is. */
export function giveBack({ buffer, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (byteLength === buffer.byteLength) buffer.transfer(0);
}
