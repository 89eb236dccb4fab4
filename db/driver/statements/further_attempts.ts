/**
 * How much may be sent to Cassandra more than once: again after a failure, or to a second node after a while. Both
 * have a budget, so that an outage is not multiplied.
 *
 * @module
 */
import type { AttemptsReading } from "../../../observe/metrics/readings.ts";
import type { Speculation } from "../internals/driver_types.ts";
import { AttemptBudget } from "../timing/attempt_budget.ts";

/** Of all statements; the burst is for a node that goes while little is sent. */
const RETRIES = { share: 0.1, burst: 20 };
/** Of the statements that may be sent to a second node. */
const SPECULATIVE = { share: 0.05, burst: 10, start: 1 };

/** Of one session, whatever clients it has in the course of time. */
export class FurtherAttempts {
  readonly retries = new AttemptBudget(RETRIES);
  readonly #speculative = new AttemptBudget(SPECULATIVE);
  #won = 0;
  #lost = 0;

  /** @param afterMs null for a statement that is sent to one node at a time */
  speculationAfter(afterMs: number | null): Speculation | null {
    if (afterMs === null) return null;
    const onEnd = (hasWon: boolean) => hasWon ? this.#won++ : this.#lost++;
    return { afterMs, budget: this.#speculative, onEnd };
  }

  read(): AttemptsReading {
    return {
      retries: { sent: this.retries.taken, refused: this.retries.refused },
      speculative: {
        won: this.#won,
        lost: this.#lost,
        refused: this.#speculative.refused,
      },
    };
  }
}
