/**
 * Lines to a stream, each whole and in order, from several writers: the log and the audit log may share
 * stdout.
 *
 * @module
 */

export class LineWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #last: Promise<void> = Promise.resolve();
  #isGone = false;

  constructor(stream: WritableStream<Uint8Array<ArrayBuffer>>) {
    this.#writer = stream.getWriter();
    this.#writer.closed.catch(() => this.#isGone = true);
  }

  /** Whether nobody reads the stream any more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * Resolves when the bytes are out, after all that were given before.
   *
   * @throws {Error} if the reader is gone
   */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const written = this.#last.then(() => this.#write(bytes));
    this.#last = written.catch(() => {});
    await written;
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isGone) throw new Error("Cannot write a line: the reader is gone");
    try {
      await this.#writer.write(bytes);
    } catch (cause) {
      this.#isGone = true;
      throw new Error("Cannot write a line: the reader is gone", { cause });
    }
  }
}
