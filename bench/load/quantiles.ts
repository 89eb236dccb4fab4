/**
 * What a generator of load measures, and the quantiles of latencies.
 *
 * @module
 */

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface LoadMeasure {
  readonly seconds: number;
  readonly requests: number;
  readonly rows: number;
  /** Answers that were no success, and connections that failed. */
  readonly errors: number;
  /** In milliseconds; null of a transfer, which is a single request. */
  readonly latencyMs: Latency | null;
}

/** What the loop around the driver says of itself, too. */
export interface LoopMeasure extends LoadMeasure {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** The quantiles of latencies, by the nearest rank. */
export function quantilesOf(latencies: readonly number[]): Latency {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
