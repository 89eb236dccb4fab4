/**
 * How many requests may be in flight, by the time that they wait for Cassandra. The limit grows while that time is what it is
 * when little goes on, and shrinks with the ratio in which it gets longer: beyond the knee of a system, more
 * requests at once make each slower and none more.
 *
 * Each route has a baseline of its own, so that slow routes and fast ones can share a limit. The median decides:
 * a node that hangs makes some requests very slow, and to admit fewer of the others would spread its failure.
 *
 * Source: the gradient limits of Netflix's concurrency-limits, which go back to TCP Vegas (Brakmo and
 * Peterson, 1995).
 *
 * @module
 */
import type { Observation } from "../../observe/observation.ts";

export interface GradientLimitOptions {
  readonly min: number;
  readonly max: number;
  readonly start: number;
}

/** A request that is over. */
export interface RequestSample {
  /** The method and template of its route. */
  readonly route: string;
  /** How long it waited for Cassandra. */
  readonly waitedMs: number;
  /** How many were in flight with it. */
  readonly inFlight: number;
  /** In the time of `performance.now()`. */
  readonly now: number;
}

/** How many times as long as usual a request may take before the limit shrinks. */
const TOLERANCE = 2;
/** Less is never slow: a few requests that share the one thread of this process take as long. */
const FLOOR_MS = 4;
/** The most that the limit shrinks in one window. */
const STEEPEST = 0.5;
const WINDOW_MS = 100;
const WINDOW_SAMPLES = 20;
/** More tell nothing that these do not. */
const MAX_SAMPLES = 1_000;
/** How much of the difference a baseline falls by in one window. */
const FALL = 0.1;
/** In what time a baseline may double: what is slow for good becomes usual, a peak of some minutes does not. */
const DOUBLING_MS = 10 * 60_000;

/** The samples of a route in one window, in milliseconds. */
type Waits = number[];

export class GradientLimit {
  readonly #min: number;
  readonly #max: number;
  #limit: number;
  /** How long requests of each route wait when little goes on. There are as many as routes. */
  readonly #baselines = new Map<string, number>();
  #window = new Map<string, Waits>();
  #windowSize = 0;
  #windowStartedAt = 0;
  #mostInFlight = 0;

  constructor({ min, max, start }: GradientLimitOptions) {
    if (!(min >= 1 && start >= min && max >= start)) {
      throw new TypeError(`Cannot limit requests: not 1 <= ${min} <= ${start} <= ${max}`);
    }
    this.#min = min;
    this.#max = max;
    this.#limit = start;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  note({ route, waitedMs, inFlight, now }: RequestSample): void {
    if (this.#windowSize === 0) this.#windowStartedAt = now;
    if (inFlight > this.#mostInFlight) this.#mostInFlight = inFlight;
    if (this.#windowSize < MAX_SAMPLES) {
      const waits = this.#window.get(route);
      if (waits === undefined) this.#window.set(route, [waitedMs]);
      else waits.push(waitedMs);
      this.#windowSize++;
    }
    const lastsMs = now - this.#windowStartedAt;
    if (lastsMs >= WINDOW_MS && this.#windowSize >= WINDOW_SAMPLES) this.#closeWindow(lastsMs);
  }

  /**
   * Learns again what is usual, from the next requests on. Call it when something {@link makesBaselinesObsolete}.
   */
  forget(): void {
    this.#baselines.clear();
    this.#nextWindow();
  }

  #closeWindow(lastsMs: number): void {
    const slowdown = this.#slowdown();
    this.#learn(lastsMs);
    // A limit that is far from being reached shows nothing of what the system can do.
    if (this.#mostInFlight >= this.#limit / 2) {
      const gradient = Math.max(STEEPEST, Math.min(1, TOLERANCE / slowdown));
      const next = this.#limit * gradient + Math.sqrt(this.#limit) * gradient;
      this.#limit = Math.max(this.#min, Math.min(this.#max, next));
    }
    this.#nextWindow();
  }

  #nextWindow(): void {
    this.#window = new Map();
    this.#windowSize = 0;
    this.#mostInFlight = 0;
  }

  /** How many times as long as usual a request took. */
  #slowdown(): number {
    const ratios: number[] = [];
    for (const [route, waits] of this.#window) {
      const baseline = Math.max(FLOOR_MS, this.#baselines.get(route) ?? median(waits));
      for (const waitedMs of waits) ratios.push(waitedMs / baseline);
    }
    return median(ratios);
  }

  #learn(lastsMs: number): void {
    for (const [route, waits] of this.#window) {
      const wait = median(waits);
      const baseline = this.#baselines.get(route) ?? wait;
      const next = wait < baseline
        ? baseline + (wait - baseline) * FALL
        : Math.min(wait, baseline * 2 ** (lastsMs / DOUBLING_MS));
      this.#baselines.set(route, next);
    }
  }
}

/**
 * Whether requests may take a different time from now on for reasons other than load: another data centre answers,
 * or queries have changed.
 */
export function makesBaselinesObsolete(observation: Observation): boolean {
  if (observation.kind === "datacenter") return true;
  return observation.kind === "reload" && observation.succeeded &&
    observation.changes.changed.length > 0;
}

function median(values: readonly number[]): number {
  // Unlike an array, it is sorted without a call for each comparison.
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1]!;
}
