import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import prometheus from "prom-client";
import { SECONDS } from "./buckets.ts";
import { DurationHistogram } from "./duration_histogram.ts";
import { createMetricsText } from "./render_metrics.ts";

const OPTIONS = { name: "some_seconds", help: "Some", labelNames: ["a", "b"] } as const;

describe("DurationHistogram", () => {
  it("has the text of prom-client's own histogram", async () => {
    const [own, reference] = [new prometheus.Registry(), new prometheus.Registry()];
    const histogram = new DurationHistogram(own, OPTIONS);
    const expected = new prometheus.Histogram({
      ...OPTIONS,
      labelNames: [...OPTIONS.labelNames],
      buckets: SECONDS,
      registers: [reference],
    });
    const durations = [0, 0.001, 0.0011, 0.25, 5, 5.1, 1_000, ...SECONDS];
    for (const labels of [{ a: "x", b: "y" }, { a: 'quo"te', b: "" }]) {
      const series = histogram.series(labels);
      expected.zero(labels);
      for (const seconds of durations) {
        series.observe(seconds);
        expected.observe(labels, seconds);
      }
    }
    histogram.series({ a: "none", b: "yet" });
    expected.zero({ a: "none", b: "yet" });
    expect(await createMetricsText(own)()).toBe(await createMetricsText(reference)());
  });

  it("tells of each duration", () => {
    const histogram = new DurationHistogram(new prometheus.Registry(), OPTIONS);
    const series = histogram.series({ a: "x", b: "y" });
    series.observe(1);
    const heard: unknown[] = [];
    histogram.recordWith((...told) => heard.push(told));
    series.observe(2);
    expect(heard).toEqual([[{ a: "x", b: "y" }, 2]]);
  });
});
