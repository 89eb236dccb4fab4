/**
 * A clock that never gives the same time twice, so that UUIDs of version 1 differ and come in their order (RFC
 * 9562, section 6.1). Each clock has a random clock sequence and node, so two processes never make the same
 * UUID.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { ticksOfMs } from "./uuid.ts";

export interface Tick {
  /** Since 1970, in steps of 100 ns. */
  readonly ticks: bigint;
  /** The clock sequence and the node, as `uuidOfTime()` takes them. */
  readonly tail: Uint8Array;
}

/** A clock that is set back by less is waited for; by more, the clock sequence changes. */
const MAX_LEAD = ticksOfMs(1000);

/** @param now milliseconds since 1970 */
export function createTickClock(now: () => number = Date.now): () => Tick {
  let last = 0n;
  let tail = randomBytes(8);
  return () => {
    const current = ticksOfMs(now());
    if (current > last) {
      last = current;
    } else if (last - current < MAX_LEAD) {
      last++;
    } else {
      last = current;
      tail = randomBytes(8);
    }
    return { ticks: last, tail };
  };
}
