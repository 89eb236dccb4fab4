import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ExportedSeries, type SeriesValue } from "./exported_series.ts";

function seriesOf(count: number, value: number, prefix = "r"): SeriesValue[] {
  return Array.from({ length: count }, (_, at) => ({ value, labels: { route: `${prefix}${at}` } }));
}

function exportOf(
  series: ExportedSeries,
  values: readonly SeriesValue[],
): { readonly beyond: number; readonly observed: ReadonlyMap<unknown, number> } {
  const observed = new Map<unknown, number>();
  const beyond = series.export(values, (value, { route, ...others }) => {
    observed.set(route ?? JSON.stringify(others), value);
  });
  return { beyond, observed };
}

const OVERFLOW = '{"otel.metric.overflow":true}';

describe("ExportedSeries", () => {
  it("exports a counter of few series as it is, zeros included", () => {
    const { beyond, observed } = exportOf(new ExportedSeries("counter"), seriesOf(1_000, 0));
    expect([beyond, observed.size]).toEqual([0, 1_000]);
  });

  it("keeps places for what has happened, whatever comes first", () => {
    const values = [...seriesOf(5_000, 0, "zero"), ...seriesOf(900, 7)];
    const { beyond, observed } = exportOf(new ExportedSeries("counter"), values);
    expect([beyond, observed.size]).toEqual([0, 1_900]);
    for (const { labels: { route } } of seriesOf(900, 7)) expect(observed.get(route)).toBe(7);
  });

  it("sums what has no place, and never takes a place away", () => {
    const series = new ExportedSeries("counter");
    expect(exportOf(series, seriesOf(2_500, 7)).beyond).toBe(501);
    const { beyond, observed } = exportOf(series, [
      ...seriesOf(1, 2, "late"),
      ...seriesOf(2_500, 8),
    ]);
    expect([beyond, observed.size]).toEqual([502, 2_000]);
    expect(observed.get("r0")).toBe(8);
    expect(observed.get(OVERFLOW)).toBe(501 * 8 + 2);
  });

  it("has no sum of gauges", () => {
    const { beyond, observed } = exportOf(new ExportedSeries("gauge"), seriesOf(2_500, 0));
    expect([beyond, observed.size]).toEqual([501, 1_999]);
  });

  it("leaves out what is no number", () => {
    expect(exportOf(new ExportedSeries("gauge"), seriesOf(1, NaN)).observed.size).toBe(0);
  });
});
