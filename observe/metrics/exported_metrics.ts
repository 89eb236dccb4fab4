/**
 * The same metrics for a collector of OpenTelemetry, where the runtime exports metrics: by the same names,
 * with the same labels as attributes. Counters and gauges are read when they are exported; a histogram is
 * recorded twice.
 *
 * @module
 */
import {
  createNoopMeter,
  type Meter,
  metrics as telemetry,
  type Observable,
} from "@opentelemetry/api";
import prometheus from "prom-client";
import { SECONDS } from "./buckets.ts";
import { DurationHistogram } from "./duration_histogram.ts";
import { attributesOf, ExportedSeries, TooManySeries } from "./exported_series.ts";
import type { ReportUnreadable } from "./guarded_readings.ts";

/** How close to a collection the process does not end, in milliseconds. */
const MARGIN_MS = 1_000;
/** How long the runtime takes after a collection until it no longer waits for it. */
const AFTER_MS = 20;

/**
 * When the runtime collects. A process that ends while the runtime waits to be told the numbers would wait for good: the
 * runtime holds the process until it has them, and the process can no longer tell it (Deno 2.9).
 */
class CollectionRhythm {
  #at = -Infinity;
  #intervalMs = Infinity;
  #collected = Promise.withResolvers<void>();

  /** A collection begins. */
  noteBegin(): void {
    const now = performance.now();
    this.#intervalMs = now - this.#at;
    this.#at = now;
  }

  /** The runtime has been told the numbers. */
  noteEnd(): void {
    this.#collected.resolve();
    this.#collected = Promise.withResolvers();
  }

  /** Waits for the next collection, if it is due within a moment. */
  async pass(): Promise<void> {
    const dueInMs = this.#at + this.#intervalMs - performance.now();
    if (!(dueInMs < MARGIN_MS)) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, 2 * MARGIN_MS));
    await Promise.race([this.#collected.promise, patience]);
    clearTimeout(timer);
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
  }
}

/** A counter or a gauge, and its exported counterparts. */
interface Exported {
  readonly name: string;
  readonly source: prometheus.Counter | prometheus.Gauge;
  readonly instrument: Observable;
  readonly series: ExportedSeries;
}

type Labels = Readonly<Record<string, string | number>>;
type ObserveValue = (...given: readonly [number] | readonly [Labels, number]) => void;

/** Resolves when the process may end. */
type Settle = () => Promise<void>;

/**
 * Exports all metrics of a registry from now on; does nothing where nothing collects them.
 *
 * @param report hears of a metric that cannot be exported, or not in full, once for each
 */
export function exportMetrics(register: prometheus.Registry, report: ReportUnreadable): Settle {
  const meter = telemetry.getMeter("cqlgate");
  if (meter === createNoopMeter()) return () => Promise.resolve();
  const exported: Exported[] = [];
  for (const { name } of register.getMetricsAsArray()) {
    const source: unknown = register.getSingleMetric(name);
    if (source instanceof DurationHistogram) {
      const histogram = meter.createHistogram(name, {
        ...optionsOf(name, register),
        advice: { explicitBucketBoundaries: [...SECONDS] },
      });
      source.recordWith((labels, seconds) => histogram.record(seconds, labels));
    } else if (source instanceof prometheus.Histogram) exportHistogram(source, { name, meter });
    const options = optionsOf(name, register);
    if (source instanceof prometheus.Counter) {
      const instrument = meter.createObservableCounter(name, options);
      exported.push({ name, source, instrument, series: new ExportedSeries("counter") });
    }
    if (source instanceof prometheus.Gauge) {
      const instrument = meter.createObservableGauge(name, options);
      exported.push({ name, source, instrument, series: new ExportedSeries("gauge") });
    }
  }
  const reported = new Set<string>();
  function reportOnce(name: string, cause: unknown): void {
    if (!reported.has(name)) report(name, cause);
    reported.add(name);
  }
  const rhythm = new CollectionRhythm();
  meter.addBatchObservableCallback(async (result) => {
    rhythm.noteBegin();
    for (const { name, source, instrument, series } of exported) {
      // The runtime exports nothing any more, not even spans, once this has thrown.
      try {
        const { values } = await source.get();
        const beyond = series.export(
          values,
          (value, attributes) => result.observe(instrument, value, attributes),
        );
        if (beyond > 0) reportOnce(name, new TooManySeries());
      } catch (error) {
        reportOnce(name, error);
      }
    }
    rhythm.noteEnd();
  }, exported.map(({ instrument }) => instrument));
  return () => rhythm.pass();

  /** Whatever is observed is also recorded. */
  function exportHistogram(
    source: prometheus.Histogram,
    { name, meter }: { readonly name: string; readonly meter: Meter },
  ): void {
    const histogram = meter.createHistogram(name, {
      ...optionsOf(name, register),
      advice: { explicitBucketBoundaries: boundsOf(source) },
    });
    const observe = source.observe.bind(source) as unknown as ObserveValue;
    const observeTwice: ObserveValue = (...given) => {
      observe(...given);
      const [labels, value] = given.length === 1 ? [{}, given[0]] : given;
      histogram.record(value, attributesOf(labels));
    };
    Object.assign(source, { observe: observeTwice });
  }
}

function optionsOf(name: string, register: prometheus.Registry): {
  readonly description: string;
  readonly unit?: string;
} {
  const { help } = register.getMetricsAsArray().find((metric) => metric.name === name)!;
  const unit = /_seconds(_total)?$/.test(name) ? "s" : /_bytes(_total)?$/.test(name) ? "By" : null;
  return { description: help, ...(unit === null ? {} : { unit }) };
}

/** Missing from the library's type declarations. */
function boundsOf(source: prometheus.Histogram): number[] {
  return [...(source as unknown as { readonly upperBounds: readonly number[] }).upperBounds];
}
