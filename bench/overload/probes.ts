/**
 * Asks `/livez` and `/readyz` again and again, as an orchestrator does, and keeps how long each took.
 *
 * @module
 */
import { quantilesOf } from "../load/quantiles.ts";

export interface ProbeReport {
  readonly count: number;
  /** Answers other than 200. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly slowestMs: number;
}

const PAUSE_MS = 50;

/** Asks until it is stopped. */
export function startProbes(url: string): { stop(): Promise<ProbeReport> } {
  const times: number[] = [];
  let failed = 0;
  let isOver = false;
  async function ask(path: string): Promise<void> {
    while (!isOver) {
      const sentAt = performance.now();
      const response = await fetch(`${url}${path}`);
      await response.body?.cancel();
      times.push(performance.now() - sentAt);
      if (!response.ok) failed++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  const asking = Promise.all([ask("/livez"), ask("/readyz")]);
  return {
    async stop() {
      isOver = true;
      await asking;
      return {
        count: times.length,
        failed,
        p50Ms: quantilesOf(times).p50,
        slowestMs: Math.max(...times),
      };
    },
  };
}
