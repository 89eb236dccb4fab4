/**
 * Counters that cost an addition for each event: a number that its owner keeps, under labels that are worked
 * out once. Their text is made when Prometheus asks.
 *
 * @module
 */
import prometheus from "prom-client";

/** The count under the labels that it was made for. Never decreases. */
export interface Tally {
  value: number;
}

export interface TallyOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/**
 * Registers a counter.
 *
 * @returns makes the tally of some labels, which starts at zero; each combination is to be made once
 */
export function createTallies<Label extends string>(
  register: prometheus.Registry,
  options: TallyOptions<Label>,
): (labels: Readonly<Record<Label, string>>) => Tally {
  const tallies: { readonly labels: Readonly<Record<Label, string>>; readonly tally: Tally }[] = [];
  new prometheus.Counter({
    ...options,
    labelNames: [...options.labelNames],
    registers: [register],
    collect() {
      this.reset();
      for (const { labels, tally } of tallies) this.inc(labels, tally.value);
    },
  });
  return (labels) => {
    const tally = { value: 0 };
    tallies.push({ labels, tally });
    return tally;
  };
}
