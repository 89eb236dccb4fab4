/**
 * The answer to a bulk request: a line for each input that was not written, or for each input, and a
 * summary. It begins
 * when the upload is over. A sender who reads nothing until everything is sent would block an earlier
 * answer, and a runtime whose answer is blocked may stop reading: both would wait forever.
 *
 * @module
 */
import { pacedBody, type PacedBodyOptions } from "./paced_body.ts";
import { inPieces } from "./pieces.ts";

export interface ReportStreamOptions
  extends Pick<PacedBodyOptions, "requestId" | "stallTimeoutMs" | "takeSlot"> {
  /** Failures to keep. Default: 10,000. */
  readonly maxFailures?: number;
  /** Characters to keep. Default: 4,000,000. */
  readonly maxCharacters?: number;
  /**
   * Called when the caller leaves before the end, or takes nothing. The runtime (Deno 2.9) says so here, or fails the
   * upload that is being read, or both.
   */
  readonly onLeave?: () => void;
}

export class ReportStream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves to true when the last line is out, or to false when the caller has left or stalls. */
  readonly taken: Promise<boolean>;

  readonly #maxFailures: number;
  readonly #maxCharacters: number;
  readonly #ended = Promise.withResolvers<void>();
  readonly #lines: string[] = [];
  #failures = 0;
  #characters = 0;
  #hasLeft = false;

  constructor(
    {
      requestId,
      stallTimeoutMs,
      takeSlot,
      maxFailures = 10_000,
      maxCharacters = 4_000_000,
      onLeave = () => {},
    }: ReportStreamOptions,
  ) {
    this.#maxFailures = maxFailures;
    this.#maxCharacters = maxCharacters;
    const taken = Promise.withResolvers<boolean>();
    this.taken = taken.promise;
    this.body = pacedBody(this.#pieces(), {
      requestId,
      stallTimeoutMs,
      takeSlot,
      onEnd: ({ completed }) => {
        taken.resolve(completed);
        if (completed) return;
        this.#hasLeft = true;
        onLeave();
      },
    });
  }

  async *#pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    await this.#ended.promise;
    yield* inPieces(new TextEncoder().encode(this.#lines.join("")));
  }

  /** Adds a line of JSON. */
  add(value: unknown): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#lines.push(line);
    this.#characters += line.length;
  }

  /** Adds a line of JSON about an input that was not written. */
  addFailure(value: unknown): void {
    this.#failures++;
    this.add(value);
  }

  /** Lets the answer out. */
  end(): void {
    this.#ended.resolve();
  }

  /**
   * Why the upload may not continue; null if it may.
   *
   * @throws {Error} if the caller has left
   */
  obstacle(): string | null {
    if (this.#hasLeft) throw new Error("The caller has left");
    const isFull = this.#characters >= this.#maxCharacters;
    if (this.#failures >= this.#maxFailures || isFull && this.#failures === this.#lines.length) {
      return `${this.#failures} lines failed: correct them before you send more`;
    }
    return isFull ? "the report is full: send the rest in another request" : null;
  }
}
