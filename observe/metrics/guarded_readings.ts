/**
 * Keeps metrics apart from each other. Reading a metric may throw; then only that metric keeps its old numbers.
 * Without this, a scrape would get nothing at all, and an exporter would end for good.
 *
 * @module
 */
import prometheus from "prom-client";

/** Hears of a metric that cannot be read, once for each metric. */
export type ReportUnreadable = (metric: string, cause: unknown) => void;

/** What prom-client calls before it takes the numbers of a metric; missing from its type declarations. */
interface Collecting {
  collect?: () => void | Promise<void>;
}

/** Guards every metric that is registered by now. */
export function guardReadings(register: prometheus.Registry, report: ReportUnreadable): void {
  for (const { name } of register.getMetricsAsArray()) {
    const metric = register.getSingleMetric(name) as unknown as Collecting;
    const { collect } = metric;
    if (collect === undefined) continue;
    let isReported = false;
    metric.collect = async () => {
      try {
        await collect.call(metric);
      } catch (error) {
        if (!isReported) report(name, error);
        isReported = true;
      }
    };
  }
}
