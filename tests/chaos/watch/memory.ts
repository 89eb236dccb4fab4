/**
 * What the gateways have in memory while a run goes on.
 *
 * @module
 */
import { residentMemory } from "../../support/process_memory.ts";
import type { Gateway } from "../gateway.ts";

export interface MemorySample {
  readonly gateway: string;
  readonly at: number;
  readonly bytes: number;
}

const INTERVAL_MS = 2_000;

/** Takes samples until the signal ends it. */
export async function watchMemory(
  gateways: readonly Gateway[],
  signal: AbortSignal,
): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  while (!signal.aborted) {
    for (const { name, pid } of gateways) {
      // Null where the kernel does not say, or the gateway has ended.
      const bytes = await residentMemory(pid).catch(() => null);
      if (bytes !== null) samples.push({ gateway: name, at: performance.now(), bytes });
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  return samples;
}
