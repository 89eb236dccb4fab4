/**
 * The lines of the log about clocks: when this process's becomes too far off to write, or is on the way
 * there, and which nodes disagree with it.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { ClockSkew, ObservationOf } from "../observation.ts";

type State = "unknown" | "close" | "apart" | "refused";

/** Clocks count as apart beyond half of the bound; without a bound, beyond half a second. */
const APART_SHARE = 0.5;
const APART_MS = 500;

/**
 * Writes them to a logger.
 *
 * @param isDue whether a line was not written lately
 */
export function createClockLines(
  logger: Logger,
  isDue: (line: string) => boolean,
): (observation: ObservationOf<"clock">) => void {
  let before: State | null = null;
  return ({ skew, nodes, maxSkewMs, refuses }) => {
    const apartMs = maxSkewMs === 0 ? APART_MS : maxSkewMs * APART_SHARE;
    const isApart = ({ certainMs }: ClockSkew) => Math.abs(certainMs) > apartMs;
    const state = stateOf({ skew, refuses, isApart });
    const properties = skew === null ? {} : {
      skew_ms: Math.round(skew.likelyMs),
      uncertainty_ms: Math.round(skew.uncertaintyMs),
      max_skew_ms: maxSkewMs,
    };
    if (state !== before) logState(logger, { state, before, properties });
    before = state;
    if (state !== "close") return;
    for (const { address, skew } of nodes.filter((node) => isApart(node.skew))) {
      if (!isDue(`clock of ${address}`)) continue;
      // Most nodes agree with this process.
      logger.warning("The clock of Cassandra's node {address} is off by {ahead_ms} ms", {
        address,
        ahead_ms: -Math.round(skew.likelyMs),
      });
    }
  };
}

function stateOf(
  { skew, refuses, isApart }: {
    readonly skew: ClockSkew | null;
    readonly refuses: boolean;
    readonly isApart: (skew: ClockSkew) => boolean;
  },
): State {
  if (skew === null) return "unknown";
  if (refuses) return "refused";
  return isApart(skew) ? "apart" : "close";
}

function logState(
  logger: Logger,
  { state, before, properties }: {
    readonly state: State;
    readonly before: State | null;
    readonly properties: Record<string, number>;
  },
): void {
  const off = "The clock of this process is off by {skew_ms} ms, ±{uncertainty_ms}";
  switch (state) {
    case "refused":
      return logger.error(`${off}: writes are refused beyond {max_skew_ms} ms`, properties);
    case "apart":
      return logger.warning(`${off}: set it, and look at the clocks of the nodes`, properties);
    case "unknown":
      // Before the first connection nobody expects anything else.
      if (before === null) return;
      return logger.warning(
        "Cannot tell how far the clock of this process is off: no node has given its time",
      );
    case "close":
      return before === null || before === "unknown"
        ? logger.debug(off, properties)
        : logger.info(`${off}: it is right again`, properties);
  }
}
