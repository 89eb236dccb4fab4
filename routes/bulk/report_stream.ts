/**
 * The answer to a bulk request: a line for each input that was not written, as it happens, and a
 * summary. What the caller has not taken yet is kept, up to a bound: a caller who reads nothing before
 * all is sent must not be waited for, and must not fill the memory either.
 *
 * @module
 */

export interface ReportStreamOptions {
  /** Lines to keep. Default: 10,000. */
  readonly maxKept?: number;
  /** How long to wait for a caller who reads, once that many are kept, in milliseconds. Default: 2000. */
  readonly patienceMs?: number;
}

export class ReportStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when the last line is out, to true, or when the caller has left, to false. */
  readonly taken: Promise<boolean>;

  readonly #maxKept: number;
  readonly #patienceMs: number;
  readonly #encoder = new TextEncoder();
  #kept: string[] = [];
  #ended = false;
  #left = false;
  /** Goes on with a pull that found nothing. */
  #added = () => {};
  /** Goes on with an upload that was held. */
  #emptied = () => {};

  constructor({ maxKept = 10_000, patienceMs = 2_000 }: ReportStreamOptions = {}) {
    this.#maxKept = maxKept;
    this.#patienceMs = patienceMs;
    const taken = Promise.withResolvers<boolean>();
    this.taken = taken.promise;
    this.body = new ReadableStream({
      pull: async (controller) => {
        while (this.#kept.length === 0 && !this.#ended) {
          await new Promise<void>((resolve) => this.#added = resolve);
        }
        if (this.#kept.length > 0) {
          controller.enqueue(this.#encoder.encode(this.#kept.join("")));
          this.#kept = [];
          this.#emptied();
          return;
        }
        controller.close();
        taken.resolve(true);
      },
      cancel: () => {
        this.#left = true;
        this.#emptied();
        taken.resolve(false);
      },
    }, { highWaterMark: 0 });
  }

  /** Adds a line of JSON. */
  add(value: unknown): void {
    this.#kept.push(`${JSON.stringify(value)}\n`);
    this.#added();
  }

  /** Ends the answer after what was added. */
  end(): void {
    this.#ended = true;
    this.#added();
  }

  /**
   * Whether the upload may go on: null at once, or when the caller has taken what was kept, or why not.
   * Rejects where the caller has left.
   */
  hold(): Promise<string | null> | null {
    return this.#left || this.#kept.length >= this.#maxKept ? this.#wait() : null;
  }

  async #wait(): Promise<string | null> {
    if (!this.#left) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      const timer = setTimeout(resolve, this.#patienceMs);
      await promise;
      clearTimeout(timer);
    }
    if (this.#left) throw new Error("The caller has left");
    if (this.#kept.length < this.#maxKept) return null;
    return `${this.#kept.length} failures wait to be read: correct the lines, or read the answer while you send`;
  }
}
