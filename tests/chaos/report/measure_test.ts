import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { RequestRecord } from "../ledger.ts";
import { lateAnswers, longestGapMs, percentile } from "./measure.ts";

function request(fields: Partial<RequestRecord>): RequestRecord {
  return {
    kind: "read",
    gateway: "first",
    status: 200,
    code: null,
    startedAt: 0,
    endedAt: 1,
    longestWaitMs: 1,
    starvedMs: 0,
    ...fields,
  };
}

describe("lateAnswers()", () => {
  it("finds what came after the deadline and its grace, whatever its status", () => {
    const late = request({ longestWaitMs: 2_601, status: 504, code: "timeout" });
    expect(lateAnswers([request({ longestWaitMs: 2_600 }), late], 2_500)).toEqual([late]);
  });

  it("sets aside the time without a processor", () => {
    expect(lateAnswers([request({ longestWaitMs: 2_700, starvedMs: 150 })], 2_500)).toEqual([]);
  });
});

describe("longestGapMs()", () => {
  const within = { startedAt: 100, endedAt: 200 };

  it("is the longest time between two answers", () => {
    const requests = [110, 120, 170, 190].map((endedAt) => request({ endedAt }));
    expect(longestGapMs(requests, within)).toBe(50);
  });

  it("counts no time in which nobody asked", () => {
    const times = [[90, 110], [140, 170], [165, 175], [180, 230]] as const;
    const requests = times.map(([startedAt, endedAt]) => request({ startedAt, endedAt }));
    expect(longestGapMs(requests, within)).toBe(30);
    expect(longestGapMs([], within)).toBe(0);
  });

  it("sets aside the time without a processor", () => {
    const requests = [110, 170, 190].map((endedAt) => request({ endedAt }));
    const starvedMs = ({ endedAt }: { readonly endedAt: number }) => endedAt === 170 ? 45 : 0;
    expect(longestGapMs(requests, within, { starvedMs })).toBe(20);
  });

  it("counts from the first of several that fail", () => {
    const failed = { status: 503, code: "unavailable" };
    const requests = [
      request({ startedAt: 120, endedAt: 130, ...failed }),
      request({ startedAt: 150, endedAt: 160, ...failed }),
      request({ startedAt: 170, endedAt: 190 }),
    ];
    expect(longestGapMs(requests, within)).toBe(70);
  });

  it("counts neither failures nor answers outside", () => {
    const failed = { status: 503, code: "unavailable" };
    const requests = [request({ endedAt: 150, ...failed }), request({ endedAt: 99 })];
    expect(longestGapMs(requests, within)).toBe(100);
  });

  it("takes a row that is not there for an answer", () => {
    const requests = [request({ endedAt: 150, status: 404, code: "not_found" })];
    expect(longestGapMs(requests, within)).toBe(50);
  });
});

describe("percentile()", () => {
  it("is the value that a share does not exceed", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
    expect(percentile([], 0.99)).toBe(0);
  });
});
