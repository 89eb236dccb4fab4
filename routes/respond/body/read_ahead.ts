/**
 * Pages of text, one of which is read ahead. While a caller waits for a page, the next page is asked for as
 * soon as its position is known, so that Cassandra reads while rows are written. While a caller takes a page,
 * at most the next page is there, and no further page is asked for. If reading ahead is not allowed, a page is
 * asked for once all of the page before it is taken.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { type PiecesOptions, releaseChunks, takePieces } from "./pieces.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a page.
 *
 * @param position where it begins; null for the first
 * @param tellNext called once, as soon as it is known where the next page begins; null after the last
 */
export type TextReader<Position> = (
  position: Position | null,
  tellNext: (next: Position | null) => void,
) => Promise<Bytes[]>;

interface Page<Position> {
  readonly text: Promise<Bytes[]>;
  next: Position | null;
  /** The next page, once it is asked for. */
  following: Page<Position> | null;
}

export interface ReadAheadOptions {
  /** Asked before each page that would be read ahead. Without it, pages are read when it is their turn. */
  readonly mayReadAhead: () => boolean;
  /** Called for each page in turn, before its text goes out. Pages that nobody takes are left out. */
  readonly onTurn?: () => void;
}

export class ReadAhead<Position> {
  readonly #read: TextReader<Position>;
  readonly #mayReadAhead: () => boolean;
  readonly #onTurn: () => void;
  /** Whether the caller has taken everything, and the next page has not been asked for. */
  #isAwaited = false;
  #page: Page<Position> | null;

  /** Asks for the first page. */
  constructor(read: TextReader<Position>, { mayReadAhead, onTurn = () => {} }: ReadAheadOptions) {
    this.#read = read;
    this.#mayReadAhead = mayReadAhead;
    this.#onTurn = onTurn;
    this.#page = this.#open(null);
  }

  /** Resolves when the first page is there. Rejects if it cannot be read. */
  async opened(): Promise<void> {
    await this.#page?.text;
  }

  /** The text of all pages. */
  async *pieces(options: PiecesOptions = {}): AsyncGenerator<Bytes> {
    try {
      while (this.#page !== null) {
        const page: Page<Position> = this.#page;
        this.#isAwaited = true;
        const chunks = await page.text;
        this.#isAwaited = false;
        this.#page = page.following;
        if (page.following === null && page.next !== null && this.#mayReadAhead()) {
          this.#page = this.#open(page.next);
          // Lets the request for it go out before this page is written.
          await setTimeout(0);
        }
        this.#onTurn();
        yield* takePieces(chunks, options);
        if (this.#page === null && page.next !== null) this.#page = this.#open(page.next);
      }
    } finally {
      for (let page = this.#page; page !== null; page = page.following) {
        page.text.then(releaseChunks, () => {});
      }
    }
  }

  #open(position: Position | null): Page<Position> {
    const page: Page<Position> = {
      text: this.#read(position, (next) => {
        page.next = next;
        if (next === null || !this.#isAwaited || !this.#mayReadAhead()) return;
        this.#isAwaited = false;
        page.following = this.#open(next);
      }),
      next: null,
      following: null,
    };
    // Awaited when it is its turn; a caller that leaves before must not end the process.
    page.text.catch(() => {});
    return page;
  }
}
