/**
 * How long gateways, and the process that asks them, have waited for a processor while a run goes on: a machine
 * that is short of them serves nobody, and that is not the gateways' fault.
 *
 * @module
 */
import { type Gateway, starvedMs } from "../gateway.ts";
import type { Interval } from "../history.ts";

export interface StarvationSample {
  readonly at: number;
  /** So far: of each gateway, and of this process. */
  readonly starvedMs: Readonly<Record<string, number>>;
}

const INTERVAL_MS = 50;
const ASKING = "asking";

/** Takes samples until the signal ends it. */
export async function watchStarvation(
  gateways: readonly Gateway[],
  signal: AbortSignal,
): Promise<StarvationSample[]> {
  const samples: StarvationSample[] = [];
  while (!signal.aborted) {
    const own = gateways.map((gateway) => [gateway.name, gateway.starvedMs()]);
    samples.push({
      at: performance.now(),
      starvedMs: Object.fromEntries([...own, [ASKING, starvedMs(Deno.pid)]]),
    });
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  return samples;
}

/** How long a gateway, or the process that asks it, had no processor within an interval: the longer of both. */
export function starvedWithin(
  samples: readonly StarvationSample[],
  gateway: string,
): (interval: Interval) => number {
  return ({ startedAt, endedAt }) =>
    Math.max(
      ...[gateway, ASKING].map((name) =>
        valueAt(samples, { name, at: endedAt }) - valueAt(samples, { name, at: startedAt })
      ),
    );
}

/** As if it had grown evenly between two samples. */
function valueAt(
  samples: readonly StarvationSample[],
  { name, at }: { readonly name: string; readonly at: number },
): number {
  const next = samples.findIndex((sample) => sample.at >= at);
  const [one, other] = [samples.at(next === 0 ? 0 : next - 1), samples.at(next)];
  if (one === undefined || other === undefined) return 0;
  const [from, to] = [one.starvedMs[name] ?? 0, other.starvedMs[name] ?? 0];
  const share = other.at > one.at ? (at - one.at) / (other.at - one.at) : 1;
  return from + (to - from) * Math.min(1, Math.max(0, share));
}
