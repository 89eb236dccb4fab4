/**
 * Finds the frames in a stream of bytes, wherever its pieces begin and end (CQL binary protocol v4, section 2).
 *
 * @module
 */
const HEADER_BYTES = 9;
const OPCODE_OFFSET = 4;
const LENGTH_OFFSET = 5;

/** A part of one frame, its header included; what is left comes with the next bytes. */
export interface FramePart {
  readonly opcode: number;
  /** Whether it is the first part of its frame. */
  readonly first: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class FrameSplitter {
  #partOfHeader = new Uint8Array();
  #opcode = 0;
  /** Of the frame that is under way. */
  #bytesLeft = 0;

  /** The parts that these bytes add. A header that is not whole yet waits for the next bytes. */
  *split(chunk: Uint8Array<ArrayBuffer>): Generator<FramePart> {
    let bytes = this.#partOfHeader.length === 0
      ? chunk
      : Uint8Array.from([...this.#partOfHeader, ...chunk]);
    this.#partOfHeader = new Uint8Array();
    while (bytes.length > 0) {
      const first = this.#bytesLeft === 0;
      if (first) {
        if (bytes.length < HEADER_BYTES) return void (this.#partOfHeader = bytes.slice());
        const { buffer, byteOffset } = bytes;
        const bodyBytes = new DataView(buffer, byteOffset).getUint32(LENGTH_OFFSET);
        this.#bytesLeft = HEADER_BYTES + bodyBytes;
        this.#opcode = bytes[OPCODE_OFFSET]!;
      }
      const part = bytes.subarray(0, this.#bytesLeft);
      bytes = bytes.subarray(part.length);
      this.#bytesLeft -= part.length;
      yield { opcode: this.#opcode, first, bytes: part };
    }
  }
}
