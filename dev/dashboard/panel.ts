/**
 * What a panel of the dashboard is, and the parts that its queries are made of.
 *
 * @module
 */

export interface Panel {
  readonly title: string;
  /** What it shows and what to look for, in a sentence or two. */
  readonly description: string;
  readonly unit: Unit;
  /** One number, or lines over time; stacked where they add up. */
  readonly kind: "number" | "lines" | "stack";
  readonly queries: readonly PanelQuery[];
}

/** As Grafana names units: per second, a share of 1, seconds, bytes, or a count. */
export type Unit = "reqps" | "ops" | "percentunit" | "s" | "bytes" | "Bps" | "short";

export interface PanelQuery {
  readonly expr: string;
  /** The name of a line; `{{label}}` is the value of a label. */
  readonly legend: string;
}

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The replicas that are chosen. */
export const OF = `job="$job",instance=~"$instance"`;
/** The requests of the API: no probes, no documentation, and no paths without a route. */
export const API = `${OF},route!~"/livez|/readyz|/openapi.json|/docs|unmatched"`;

export const quantile = (share: number, metric: string, by = "") =>
  `histogram_quantile(${share}, sum by (${by}le) (rate(${metric}[$__rate_interval])))`;
export const rateOf = (metric: string) => `rate(${metric}[$__rate_interval])`;
export const sumOf = (metric: string) => `sum(${rateOf(metric)})`;
