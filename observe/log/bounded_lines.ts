/**
 * Lines of the log that may come in storms. Of a kind, the first is written at once. Of those that follow
 * in an interval, the weightiest is written at its end, and says how many were left out. So none is lost
 * without a count, and there is never more than one of a kind for each interval.
 *
 * @module
 */

export interface BoundedLines {
  /**
   * @param kind what lines have in common that stand for each other; there must be few
   * @param write writes the line; `leftOut` is the number of others that it stands for
   * @param weight of those that are held back, the one with the most is written. Default: the last
   */
  offer(kind: string, write: (leftOut: number) => void, weight?: number): void;
  /** Writes what is held back. */
  flush(): void;
}

/** What an interval of one kind has held back so far. */
interface Interval {
  readonly timer: ReturnType<typeof setTimeout>;
  held: { readonly write: (leftOut: number) => void; readonly weight: number } | null;
  count: number;
}

export function createBoundedLines(intervalMs: number): BoundedLines {
  const intervals = new Map<string, Interval>();

  function begin(kind: string): void {
    const timer = setTimeout(() => end(kind), intervalMs);
    // A line that is held back does not keep the process alive.
    Deno.unrefTimer(timer);
    intervals.set(kind, { timer, held: null, count: 0 });
  }

  /** What was held back is a line too, after which another interval begins. */
  function end(kind: string): void {
    const interval = intervals.get(kind);
    intervals.delete(kind);
    if (!interval?.held) return;
    begin(kind);
    interval.held.write(interval.count - 1);
  }

  return {
    offer(kind, write, weight = 0) {
      const interval = intervals.get(kind);
      if (interval === undefined) {
        begin(kind);
        return write(0);
      }
      interval.count++;
      if (interval.held === null || weight >= interval.held.weight) {
        interval.held = { write, weight };
      }
    },
    flush() {
      for (const { timer, held, count } of intervals.values()) {
        clearTimeout(timer);
        held?.write(count - 1);
      }
      intervals.clear();
    },
  };
}
