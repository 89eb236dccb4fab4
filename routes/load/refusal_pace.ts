/**
 * How fast requests are refused for the load. A refusal costs this process a part of what an answer costs, and a
 * caller who comes back at once, whatever `Retry-After` says, gets many of them: at four times the capacity they would take
 * much of the time that answers need. So a share of refusals goes out at once, and the others after about as long as
 * the caller is asked to wait. A caller has a bounded number of connections, and gets one refusal on each in that time.
 *
 * What waits here holds no slot, and its body is not read.
 *
 * @module
 */
export interface RefusalPaceOptions {
  /** The longest that a refusal is held back, in milliseconds. */
  readonly holdMs: number;
  /** How many are held back at a time; further ones go out at once. */
  readonly maxHeld: number;
}

/** For this many answers one refusal goes out at once, and a hundred after a quiet time. */
const ANSWERS_OF_REFUSAL = 20;
const ANSWERS_OF_BURST = 100 * ANSWERS_OF_REFUSAL;
/** Those held back go out in parts, as callers who are refused together would come back together. */
const PARTS = 100;

type Release = () => void;

export class RefusalPace {
  /** Answers that have not paid for a refusal yet. */
  #answers = ANSWERS_OF_BURST;
  readonly #maxHeld: number;
  readonly #partMs: number;
  /** What is released in each part of the time that comes, in a circle. */
  readonly #parts: Release[][] = Array.from({ length: PARTS }, () => []);
  #position = 0;
  /** When that part began, in the time of `performance.now()`. */
  #positionAt = 0;
  #held = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor({ holdMs, maxHeld }: RefusalPaceOptions) {
    this.#maxHeld = maxHeld;
    this.#partMs = holdMs / PARTS;
  }

  /** How many are held back now. */
  get held(): number {
    return this.#held;
  }

  noteAnswer(): void {
    if (this.#answers < ANSWERS_OF_BURST) this.#answers++;
  }

  /** @returns resolves when the refusal may go out; null if it may at once */
  hold(): Promise<void> | null {
    if (this.#held >= this.#maxHeld) return null;
    if (this.#answers >= ANSWERS_OF_REFUSAL) {
      this.#answers -= ANSWERS_OF_REFUSAL;
      return null;
    }
    // By the clock, as the timer is late while the process is busy.
    if (this.#held > 0) this.#releaseDue();
    else this.#positionAt = performance.now();
    this.#held++;
    this.#timer ??= this.#releaseLater();
    // Anywhere in the later half.
    const ahead = PARTS / 2 + Math.floor(Math.random() * PARTS / 2);
    const part = this.#parts[(this.#position + ahead) % PARTS]!;
    return new Promise((release) => part.push(release));
  }

  #releaseLater(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#releaseDue();
      this.#timer = this.#held > 0 ? this.#releaseLater() : null;
    }, this.#partMs);
  }

  #releaseDue(): void {
    const until = performance.now() - this.#partMs;
    for (; this.#positionAt <= until; this.#positionAt += this.#partMs) this.#releaseNext();
  }

  #releaseNext(): void {
    this.#position = (this.#position + 1) % PARTS;
    const released = this.#parts[this.#position]!.splice(0);
    for (const release of released) release();
    this.#held -= released.length;
  }
}
