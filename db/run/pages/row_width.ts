/**
 * How many rows to ask for at once, judging by the width of the rows seen so far. Cassandra limits an answer
 * only by its number of rows; the service has to limit its bytes.
 *
 * @module
 */

/** Of a query whose rows nobody has seen yet. */
const FIRST_ROWS = 16;
/** How many times the rows that a request has seen it asks for next, at most. */
const GROWTH = 8;
/**
 * For a query that aggregates. Cassandra reads the rows to aggregate in pages of the requested size, however
 * few rows come out, so we ask for many.
 */
const MIN_AGGREGATED_ROWS = 100;
/** The share of the old estimate that is kept when narrower rows come. Wider rows replace it. */
const KEPT_SHARE = 0.5;

/** How much a request has read so far. */
export interface Seen {
  readonly rows: number;
  readonly bytes: number;
}

/** What we know about the width of a query's rows, from one request to the next. */
export class RowWidth {
  readonly #aggregates: boolean;
  #bytesPerRow: number | null = null;

  constructor({ aggregates = false }: { readonly aggregates?: boolean } = {}) {
    this.#aggregates = aggregates;
  }

  /**
   * The number of rows to ask for, so that they probably fit into `bytes`; 0 if not even one will.
   *
   * @param seen in this request: a better guess than what others have seen
   */
  rowsIn(bytes: number, seen: Seen): number {
    if (this.#aggregates) {
      if (this.#bytesPerRow === null) return Infinity;
      return Math.max(MIN_AGGREGATED_ROWS, this.#fitting(bytes, this.#bytesPerRow));
    }
    if (seen.rows > 0) {
      return Math.min(this.#fitting(bytes, seen.bytes / seen.rows), seen.rows * GROWTH);
    }
    if (this.#bytesPerRow === null) return FIRST_ROWS;
    return this.#fitting(bytes, this.#bytesPerRow);
  }

  #fitting(bytes: number, bytesPerRow: number): number {
    return Math.floor(bytes / Math.max(1, bytesPerRow));
  }

  /** Learns from an answer, even one that was too large to take. */
  learn({ rows, bytes }: Seen): void {
    if (rows === 0) return;
    const bytesPerRow = bytes / rows;
    const known = this.#bytesPerRow ?? 0;
    this.#bytesPerRow = bytesPerRow >= known
      ? bytesPerRow
      : known * KEPT_SHARE + bytesPerRow * (1 - KEPT_SHARE);
  }
}
