/**
 * The source of the generated values of a request, or of a line of an upload: one time for all of them, and
 * bytes for each UUID.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import { createTickClock, type Tick } from "./tick_clock.ts";
import { uuidOfRandom, uuidOfTime } from "./uuid.ts";

export interface Seed {
  /** The time, in milliseconds since 1970. */
  readonly ms: number;
  /** A UUID of version 4 for the parameter. */
  uuid(param: string): Buffer;
  /** A UUID of version 1 for the parameter, of this time. */
  timeuuid(param: string): Buffer;
}

/** Gives a request or a line its seed. */
export interface Seeds {
  /**
   * @param values what the caller sent, and the token
   * @param line of an upload, from one; 0 for a request with a single input
   */
  next(values: EncodedValues, line: number): Seed;
  /** For a request that may come again; null if each request is another. */
  readonly repeatable: Repeatable | null;
}

/** What else a request is that has a key. */
export interface Repeatable {
  /** The write time of its rows if a repetition writes them again, in microseconds since 1970. */
  readonly writeTimeUs: number | undefined;
  /** The seeds that an earlier request with the key may have had. */
  others(values: EncodedValues, line: number): readonly Seed[];
}

/** Seeds that never repeat: random, and of the current time. */
export function createSeeds(clock: () => Tick = createTickClock()): Seeds {
  return {
    repeatable: null,
    next() {
      const first = clock();
      let tick: Tick | null = first;
      return {
        ms: Number(first.ticks / 10_000n),
        uuid: () => uuidOfRandom(randomBytes(16)),
        timeuuid() {
          const { ticks, tail } = tick ?? clock();
          tick = null;
          return uuidOfTime(ticks, tail);
        },
      };
    },
  };
}
