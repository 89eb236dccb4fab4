/**
 * What the rounds of a result come to. Contenders are compared inside a round, in which the machine was in
 * much the same state, and the ratio of a work is the median of the ratios of its rounds.
 *
 * @module
 */
import type { Latency } from "../load/quantiles.ts";
import type { Measurement, Result } from "./result.ts";

export interface Figures {
  readonly requestsPerSecond: number;
  readonly rowsPerSecond: number;
  /** Null of a transfer. */
  readonly latencyMs: Latency | null;
  /** Null if nothing was answered. */
  readonly cpuSecondsPerThousand: number | null;
  readonly errors: number;
  /** The gateway's rows per second divided by this contender's; null if one of them has none. */
  readonly gatewayRatio: number | null;
  /** That of the round with the smallest ratio, and of the one with the largest: how much the machine varied. */
  readonly gatewayRatioRange: readonly [least: number, most: number] | null;
  /** The same of rows per second of processor time. */
  readonly gatewayRatioOfCpu: number | null;
}

export const GATEWAY = "gateway";

/** The figures of a contender's closed loop or transfer; null if it has no measurement. */
export function figuresOf(
  result: Result,
  { contender, work }: { contender: string; work: string },
): Figures | null {
  const closed = result.measurements.filter(({ offeredRate }) => offeredRate === null);
  const own = closed.filter((each) => each.contender === contender && each.work === work);
  if (own.length === 0) return null;
  const pairs = own.flatMap((each) => {
    const gateway = closed.find(({ contender, work, round }) =>
      contender === GATEWAY && work === each.work && round === each.round
    );
    return gateway === undefined || contender === GATEWAY ? [] : [{ gateway, each }];
  });
  const ratios = pairs.map(({ gateway, each }) => rowsPerSecond(gateway) / rowsPerSecond(each))
    .filter(Number.isFinite);
  const perCpu = ({ rows, cpuSeconds }: Measurement) => rows / Math.max(cpuSeconds, 0.01);
  return {
    requestsPerSecond: median(own.map(({ requests, seconds }) => requests / seconds)),
    rowsPerSecond: median(own.map(rowsPerSecond)),
    latencyMs: latencyOf(own),
    cpuSecondsPerThousand: medianOrNull(
      own.map(({ cpuSeconds, requests }) => cpuSeconds / requests * 1_000),
    ),
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
    gatewayRatio: medianOrNull(ratios),
    gatewayRatioRange: ratios.length === 0 ? null : [Math.min(...ratios), Math.max(...ratios)],
    gatewayRatioOfCpu: medianOrNull(
      pairs.map(({ gateway, each }) => perCpu(gateway) / perCpu(each)),
    ),
  };
}

/** The latency at each rate of the open loop that a contender was offered, ascending. */
export function openLoopOf(
  result: Result,
  contender: string,
): { offered: number; answered: number; latencyMs: Latency }[] {
  const open = result.measurements.filter((each) =>
    each.contender === contender && each.offeredRate !== null
  );
  const rates = [...new Set(open.map(({ offeredRate }) => offeredRate!))].sort((a, b) => a - b);
  return rates.map((offered) => {
    const own = open.filter(({ offeredRate }) => offeredRate === offered);
    return {
      offered,
      answered: median(own.map(({ requests, errors, seconds }) => (requests - errors) / seconds)),
      latencyMs: latencyOf(own)!,
    };
  });
}

function rowsPerSecond({ rows, seconds }: Measurement): number {
  return rows / seconds;
}

function latencyOf(measurements: readonly Measurement[]): Latency | null {
  const latencies = measurements.flatMap(({ latencyMs }) => latencyMs ?? []);
  if (latencies.length === 0) return null;
  return {
    p50: median(latencies.map(({ p50 }) => p50)),
    p99: median(latencies.map(({ p99 }) => p99)),
    p999: median(latencies.map(({ p999 }) => p999)),
  };
}

function medianOrNull(values: readonly number[]): number | null {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? null : median(finite);
}

/** Of an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}
