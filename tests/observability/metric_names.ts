/**
 * The metrics that rules, dashboards and pages name, and those that a service has.
 *
 * @module
 */

/** Of the process, by the names that all of Prometheus' clients use. */
const PROCESS = /\bprocess_[a-z_]+\b/g;
const OWN = /\bcqlgate_[a-z_]+\b/g;

/** Every metric that a text names, with the endings of histograms' series. */
export function metricsNamedIn(text: string): string[] {
  return [...new Set([...text.matchAll(OWN), ...text.matchAll(PROCESS)].map(([name]) => name))];
}

/** What rules record: `cqlgate:statements:rate5m`. */
export function recordsNamedIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bcqlgate:\w+:\w+\b/g)].map(([name]) => name))];
}
