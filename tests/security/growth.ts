/**
 * Whether the time of a function grows with the length of its input, or faster. What is measured is the
 * processor's time, which other processes do not add to. Lengths that lie far apart are compared, by
 * the shortest of several runs, and a suspicion is checked again.
 *
 * @module
 */
import process from "node:process";

export interface Growth {
  readonly length: number;
  readonly ms: number;
  /** How many times as long it takes as an input of an eighth of the length: 64 where it is quadratic. */
  readonly ratio: number;
}

/** The longest is more than the runtime takes as a header, and a quarter of a body. */
const LENGTHS = [4_096, 32_768, 262_144];
const FACTOR = 8;
/** Shorter is quick enough, and an eighth of it could not be measured. */
const LEAST_MS = 8;
/** No linear reader takes this long for an input that is not the longest. */
const CERTAIN_MS = 500;
/** Four times what linear time makes: collecting garbage adds to it. Quadratic time makes 64. */
const MAX_RATIO = 4 * FACTOR;
const ROUNDS = 5;

/**
 * Measures a function on inputs of growing length, until it takes long enough.
 *
 * @param inputOf makes an input of about that many characters
 * @returns what looks like more than linear growth; null if nothing does
 */
export async function superlinearGrowth<Input>(
  inputOf: (length: number) => Input,
  run: (input: Input) => unknown,
): Promise<Growth | null> {
  for (const length of LENGTHS) {
    const input = inputOf(length);
    if (await timeOf(input, run) < LEAST_MS) continue;
    const shorter = inputOf(length / FACTOR);
    let [ms, shorterMs] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      for (let count = 0; count < 3; count++) {
        shorterMs = Math.min(shorterMs, await timeOf(shorter, run));
      }
      ms = Math.min(ms, await timeOf(input, run));
      if (ms < LEAST_MS || ms / shorterMs < MAX_RATIO) break;
    }
    if (ms < LEAST_MS || ms / shorterMs < MAX_RATIO) continue;
    // A longer input may be read in another way, which makes a step once: growth goes on.
    if (length === LENGTHS.at(-1) || ms > CERTAIN_MS) return { length, ms, ratio: ms / shorterMs };
  }
  return null;
}

/** In milliseconds. */
async function timeOf<Input>(input: Input, run: (input: Input) => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run(input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
