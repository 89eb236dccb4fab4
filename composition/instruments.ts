/**
 * What the service notices about itself, and who hears of it: the log, the metrics, the status, and other observers.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };
import { getLogger } from "@logtape/logtape";
import { LOG_CATEGORY, logObservations, type LogRequest } from "../observe/log/log.ts";
import { TooManySeries } from "../observe/metrics/exported_series.ts";
import { createMetrics, type Metrics } from "../observe/metrics/metrics.ts";
import type { Observe } from "../observe/observation.ts";
import { createStatus, type Status } from "../observe/status.ts";

export interface Instruments {
  readonly metrics: Metrics;
  readonly status: Status;
  /** Tells all observers. */
  readonly observe: Observe;
  /** Tells one more from now on, after the others. */
  addObserver(observer: Observe): void;
}

export interface InstrumentsOptions {
  /** Writes the line of each request. Default: the logger does. */
  readonly logRequest?: LogRequest | null;
}

export function createInstruments(options: InstrumentsOptions): Instruments {
  const metrics = createMetrics(manifest.version, {
    report(metric, cause) {
      const verb = cause instanceof TooManySeries ? "export all series of" : "read";
      observe({ kind: "warning", message: `Cannot ${verb} the metric "${metric}"`, cause });
    },
  });
  const status = createStatus();
  const observers = [
    metrics.observe,
    status.observe,
    logObservations(getLogger(LOG_CATEGORY), options),
  ];
  const observe: Observe = (observation) => {
    for (const observer of observers) observer(observation);
  };
  return { metrics, status, observe, addObserver: (observer) => observers.push(observer) };
}
