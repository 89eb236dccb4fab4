/**
 * How many rows to ask for at once, from how wide those seen so far are. Cassandra bounds an answer by
 * its rows alone; the bytes are for the gateway to bound.
 *
 * @module
 */

/** Of a query whose rows nobody has seen yet. */
const FIRST_ROWS = 16;
/** How many times the rows that a request has seen it asks for next, at most. */
const GROWTH = 8;
/**
 * Of a query that aggregates: Cassandra reads what it aggregates in pages of the size asked for, however
 * few rows come out, so that it is asked for many.
 */
const MIN_AGGREGATED_ROWS = 100;
/** What the estimate keeps of itself when narrower rows are seen. Wider ones replace it. */
const KEPT_SHARE = 0.5;

/** What a request has read so far. */
export interface Seen {
  readonly rows: number;
  readonly bytes: number;
}

/** What is known of the rows of one query, from one request to the next. */
export class RowWidth {
  readonly #aggregates: boolean;
  #bytesPerRow: number | null = null;

  constructor({ aggregates = false }: { readonly aggregates?: boolean } = {}) {
    this.#aggregates = aggregates;
  }

  /**
   * The rows to ask for, so that they will probably fit into `bytes`; 0 where not even one will.
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

  /** Learns from an answer, also from one that was too large to be taken. */
  learn({ rows, bytes }: Seen): void {
    if (rows === 0) return;
    const bytesPerRow = bytes / rows;
    const known = this.#bytesPerRow ?? 0;
    this.#bytesPerRow = bytesPerRow >= known
      ? bytesPerRow
      : known * KEPT_SHARE + bytesPerRow * (1 - KEPT_SHARE);
  }
}
