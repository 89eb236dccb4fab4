/**
 * The times of writes, in microseconds since 1970, by this process's clock. Each is later than all before,
 * so that the later of two writes of this process wins. The driver asks for one with every statement,
 * reads included: its own generator would keep to the latest time that the clock ever showed, for hours
 * if the clock was hours ahead for a moment.
 *
 * @module
 */
import cassandra from "cassandra-driver";

/** If the clock is set back by less, we wait for it to catch up; if by more, we follow it. */
const MAX_LEAD_US = 1_000_000;

export class WriteTimes extends cassandra.policies.timestampGeneration.MonotonicTimestampGenerator {
  readonly #now: () => number;
  #last = 0;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    // Its warnings are never given: `next()` is another.
    super(0, 0);
    this.#now = now;
  }

  override next(): number {
    const current = Math.floor(this.#now() * 1_000);
    const isAhead = this.#last >= current && this.#last - current < MAX_LEAD_US;
    this.#last = isAhead ? this.#last + 1 : current;
    return this.#last;
  }
}
