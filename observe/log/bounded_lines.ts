/**
 * Log lines that may come in storms. The first line of a kind is written at once. Of the lines that follow
 * within an interval, the weightiest is written at its end, and says how many were left out. So no line is lost
 * without being counted, and each kind has at most one line for each interval.
 *
 * @module
 */

export interface BoundedLines {
  /**
   * @param kind lines of one kind can stand for each other; there must be few kinds
   * @param write writes the line; `leftOut` is the number of others that it stands for
   * @param weight of the lines held back, the heaviest is written. Default: the last
   */
  offer(kind: string, write: (leftOut: number) => void, weight?: number): void;
  /** Writes the lines that are held back. */
  flush(): void;
}

/** What was held back for one kind in the current interval. */
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

  /** Writing it begins another interval, like every other line. */
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
