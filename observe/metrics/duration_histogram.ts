/**
 * Histograms of durations that cost an addition for each event: the observer keeps the series of its labels,
 * which prom-client looks up each time. Their text is made when Prometheus asks.
 *
 * @module
 */
import prometheus from "prom-client";
import { SECONDS } from "./buckets.ts";

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Hears of each duration, in seconds. */
export type RecordDuration = (labels: Readonly<Record<string, string>>, seconds: number) => void;

export interface DurationHistogramOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

export class DurationHistogram<Label extends string> extends prometheus.Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #series: DurationSeries[] = [];
  #record: RecordDuration | null = null;

  constructor(register: prometheus.Registry, options: DurationHistogramOptions<Label>) {
    super({
      ...options,
      labelNames: [...options.labelNames],
      buckets: SECONDS,
      registers: [register],
    });
    this.#name = options.name;
    this.#help = options.help;
  }

  /** The series of some labels, which starts at zero; each combination is to be made once. */
  series(labels: Labels<Label>): DurationSeries {
    const series = new DurationSeries(labels, () => this.#record);
    this.#series.push(series);
    return series;
  }

  /** Passes each duration on, too. */
  recordWith(record: RecordDuration): void {
    this.#record = record;
  }

  override get(): ReturnType<prometheus.Histogram<Label>["get"]> {
    const values = this.#series.flatMap((series) => series.samples(this.#name));
    return Promise.resolve({
      name: this.#name,
      help: this.#help,
      type: "histogram",
      aggregator: "sum",
      values,
    } as unknown as Awaited<ReturnType<prometheus.Histogram<Label>["get"]>>);
  }
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The durations observed under some labels. */
export class DurationSeries {
  readonly #labels: Readonly<Record<string, string>>;
  readonly #recorder: () => RecordDuration | null;
  /** For each bucket, the durations that fit no smaller bucket; at the end, those that fit none. */
  readonly #counts = new Float64Array(SECONDS.length + 1);
  #sum = 0;

  constructor(labels: Readonly<Record<string, string>>, recorder: () => RecordDuration | null) {
    this.#labels = labels;
    this.#recorder = recorder;
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < SECONDS.length && seconds > SECONDS[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += seconds;
    this.#recorder()?.(this.#labels, seconds);
  }

  /** As Prometheus has them: each bucket with those in the smaller ones, the sum and the count. */
  samples(name: string): Sample[] {
    const labels = this.#labels;
    let count = 0;
    const buckets = [...SECONDS, "+Inf"].map((le, bucket) => {
      count += this.#counts[bucket]!;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}
