import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readReport } from "./open_loop.ts";
import { quantilesOf } from "./quantiles.ts";

describe("quantilesOf()", () => {
  it("takes the nearest rank", () => {
    const latencies = Array.from({ length: 1_000 }, (_, index) => 1_000 - index);
    expect(quantilesOf(latencies)).toEqual({ p50: 500, p99: 990, p999: 999 });
    expect(quantilesOf([5])).toEqual({ p50: 5, p99: 5, p999: 5 });
  });
});

describe("readReport()", () => {
  it("counts refusals as errors, and not what is under way at the end", () => {
    const report = JSON.stringify({
      summary: { total: 10 },
      latencyPercentiles: { p50: 0.001, p99: 0.02, "p99.9": 0.5 },
      statusCodeDistribution: { "200": 900, "503": 60 },
      errorDistribution: { "aborted due to deadline": 30, "connection refused": 10 },
    });
    expect(readReport(report, 20)).toEqual({
      seconds: 10,
      requests: 970,
      rows: 18_000,
      errors: 70,
      latencyMs: { p50: 1, p99: 20, p999: 500 },
    });
  });
});
