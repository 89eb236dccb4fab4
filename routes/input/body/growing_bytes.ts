/**
 * Bytes that come in pieces, in one buffer that doubles: twice their number at most, however many pieces
 * they come in.
 *
 * @module
 */

const FIRST_SIZE = 256;
const MAX_KEPT = 64 * 1024;

export class GrowingBytes {
  #buffer = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a copy of the piece. */
  append(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(FIRST_SIZE, this.#buffer.length * 2, needed));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }

  /** What was added so far; good until more is. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Forgets what was added, and keeps the buffer where it is small. */
  clear(): void {
    this.#length = 0;
    if (this.#buffer.length > MAX_KEPT) this.#buffer = new Uint8Array(0);
  }
}
