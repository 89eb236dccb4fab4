import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { compare } from "./compare.ts";
import { reportOf } from "./markdown.ts";
import type { Measurement, Result } from "./result.ts";
import { figuresOf, median, openLoopOf } from "./summary.ts";

function measurement(contender: string, round: number, rows: number): Measurement {
  return {
    contender,
    work: "read-1",
    round,
    offeredRate: null,
    seconds: 2,
    requests: rows,
    rows,
    errors: 0,
    latencyMs: { p50: 1, p99: 2, p999: 3 },
    cpuSeconds: 1,
  };
}

function resultOf(measurements: readonly Measurement[]): Result {
  const names = [...new Set(measurements.map(({ contender }) => contender))];
  return {
    format: 1,
    startedAt: "2026-01-02T03:04:05.000Z",
    tookSeconds: 1,
    machine: {
      processors: 2,
      processor: "a processor",
      memoryGb: 8,
      kernel: "linux",
      versions: {},
    },
    options: { rounds: 3, secondsOfWork: 2, rowsOfTransfer: 10 },
    works: [{ name: "read-1", title: "read 1 row" }],
    contenders: names.map((name) => ({
      name,
      title: name.toUpperCase(),
      does: name === "gateway" ? "gateway" : "bare",
      versions: {},
      leftOut: null,
      readyMs: [100],
      peakMemoryBytes: [2 ** 20],
      memory: [],
    })),
    measurements,
  };
}

// The machine is twice as fast in the second round, and four times in the third.
const ROUNDS = resultOf([
  ...[1_000, 2_000, 4_000].map((rows, round) => measurement("gateway", round, rows)),
  ...[2_000, 4_000, 6_000].map((rows, round) => measurement("hono-bare", round, rows)),
]);

describe("figuresOf()", () => {
  it("takes the median of rates, and of the ratios of rounds", () => {
    expect(figuresOf(ROUNDS, { contender: "hono-bare", work: "read-1" })).toMatchObject({
      rowsPerSecond: 2_000,
      gatewayRatio: 0.5,
      gatewayRatioRange: [0.5, 4 / 6],
      gatewayRatioOfCpu: 0.5,
    });
  });

  it("has no ratio for the gateway itself, nor for a round that the gateway lacks", () => {
    expect(figuresOf(ROUNDS, { contender: "gateway", work: "read-1" })?.gatewayRatio).toBe(null);
    const alone = resultOf([measurement("hono-bare", 0, 1), measurement("gateway", 1, 1)]);
    expect(figuresOf(alone, { contender: "hono-bare", work: "read-1" })?.gatewayRatio).toBe(null);
  });

  it("leaves the open loop out, which openLoopOf() has", () => {
    const open = { ...measurement("gateway", 0, 900), offeredRate: 500, errors: 100 };
    const result = resultOf([open]);
    expect(figuresOf(result, { contender: "gateway", work: "read-1" })).toBe(null);
    expect(openLoopOf(result, "gateway")).toEqual([
      { offered: 500, answered: 400, latencyMs: { p50: 1, p99: 2, p999: 3 } },
    ]);
  });
});

describe("compare()", () => {
  it("compares shares of the reference, so that a faster machine changes nothing", () => {
    const faster = resultOf(
      ROUNDS.measurements.map((each) => ({ ...each, rows: each.rows * 3 })),
    );
    expect(compare([faster, ROUNDS], "hono-bare")).toEqual([
      { contender: "gateway", work: "read-1", now: 0.5, before: 0.5 },
    ]);
  });
});

describe("reportOf()", () => {
  it("shows rates with ratios, and who is left out", () => {
    const report = reportOf({
      ...ROUNDS,
      contenders: [
        ...ROUNDS.contenders,
        { ...ROUNDS.contenders[0]!, name: "go", title: "Go", leftOut: "it is not installed" },
      ],
    });
    expect(report).toContain("| GATEWAY | 1,000 |\n| HONO-BARE | 2,000 (0.50 ×, 0.50 to 0.67) |");
    expect(report).toContain("- Go is left out: it is not installed");
  });
});

describe("median()", () => {
  it("is the middle of an odd number of values, and the mean of two of an even number", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7]);
  });
});
