import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createLedger, type Ledger, REQUEST_KINDS, type RequestRecord } from "../ledger.ts";
import { describeRun, findBroken, type Run, summarize } from "./report.ts";

function request(fields: Partial<RequestRecord>): RequestRecord {
  return {
    ...{ kind: "read", gateway: "first", status: 200, code: null, longestWaitMs: 1, starvedMs: 0 },
    ...{ startedAt: 100, endedAt: 101 },
    ...fields,
  };
}

/** One in which every kind of request has succeeded, and nothing else has happened. */
function runWith(change: (ledger: Ledger) => void, fields: Partial<Run> = {}): Run {
  const ledger = createLedger();
  for (const kind of REQUEST_KINDS) ledger.requests.push(request({ kind }));
  change(ledger);
  return {
    ...{ seed: 1, startedAt: 0, endedAt: 60_000, deadlineMs: 2_500, ledger },
    ...{ faults: [], recovery: null, memory: [], starvation: [] },
    ...fields,
  };
}

const at = (startedAt: number) => ({ startedAt, endedAt: startedAt + 1 });

describe("findBroken()", () => {
  it("finds nothing where every promise was kept", () => {
    expect(findBroken(runWith(() => {}))).toEqual({ safety: [], time: [] });
  });

  it("counts among safety what an answer says and what is not so", () => {
    const cases: Record<string, (ledger: Ledger) => void> = {
      "An acknowledged row": (ledger) => {
        ledger.rowWrites.push({ partition: "p", row: "1", verdict: "acknowledged", ...at(0) });
        ledger.partitionReads.push({ partition: "p", rows: [], ...at(5) });
      },
      "A refused row": (ledger) => {
        ledger.rowWrites.push({ partition: "p", row: "1", verdict: "refused", ...at(0) });
        ledger.partitionReads.push({ partition: "p", rows: ["1"], ...at(5) });
      },
      'A read of "c"': (ledger) => {
        ledger.increments.push({ counter: "c", verdict: "acknowledged", ...at(0) });
        ledger.counterReads.push({ counter: "c", total: 0, ...at(5) });
      },
      "An answer is 500": (ledger) => ledger.requests.push(request({ status: 500 })),
      "An answer cannot be read": (ledger) => ledger.unreadable.push("SyntaxError: …"),
      "No stream succeeded": (ledger) => {
        const index = ledger.requests.findIndex(({ kind }) => kind === "stream");
        ledger.requests[index] = request({ kind: "stream", status: 503, code: "unavailable" });
      },
    };
    for (const [beginning, change] of Object.entries(cases)) {
      const { safety, time } = findBroken(runWith(change));
      expect([safety.length, time.length]).toEqual([1, 0]);
      expect(safety[0]).toMatch(new RegExp(`^${beginning}`));
    }
  });

  it("counts among time what a slow machine breaks, too", () => {
    const late = runWith(({ requests }) => requests.push(request({ longestWaitMs: 2_601 })));
    expect(findBroken(late).safety).toEqual([]);
    expect(findBroken(late).time[0]).toMatch(/^An answer came too late: a read on gateway first/);
    const recovery = { nodeAt: 0, clusterAt: 10, readyAt: [10, 1_011] };
    expect(findBroken(runWith(() => {}, { recovery }))).toEqual({
      safety: [],
      time: ["A gateway was ready 1001 ms after the quorum"],
    });
    const death = { kind: "kill", nodes: [0], lastsMs: 1, calmMs: 1 } as const;
    const times = { startedAt: 200, liftedAt: 201, servingAt: 202, backAt: 203 };
    const unserved = runWith(
      ({ requests }) =>
        requests.push(request({ status: 504, code: "timeout", startedAt: 300, endedAt: 1_400 })),
      { faults: [{ ...death, ...times }] },
    );
    expect(findBroken(unserved).safety).toEqual([]);
    expect(findBroken(unserved).time[0]).toMatch(/^Nothing was served for \d+ ms: reads/);
  });
});

describe("summarize()", () => {
  const run = runWith((ledger) => {
    for (const row of ["1", "2"]) {
      ledger.rowWrites.push({ partition: "p", row, verdict: "acknowledged", ...at(0) });
    }
  });

  it("says what was kept, and which kind of promise was not", () => {
    const kept = "2 acknowledged writes are there after 0 faults and 6 requests, " +
      "and no answer is 500 or impossible";
    expect(summarize(run, { broken: 0, tooSlow: 0 })).toBe(`Every promise was kept: ${kept}`);
    expect(summarize(run, { broken: 0, tooSlow: 1 })).toBe(
      `Every promise of safety was kept: ${kept}; 1 of time was broken`,
    );
    expect(summarize(run, { broken: 1, tooSlow: 3 })).toBe("1 promise was broken");
    expect(summarize(run, { broken: 2, tooSlow: 0 })).toBe("2 promises were broken");
  });
});

describe("describeRun()", () => {
  it("counts the outcomes of each kind of request", () => {
    const lines = describeRun(
      runWith(({ requests }) => requests.push(request({ status: 504, code: "timeout" }))),
    );
    expect(lines[0]).toBe("Seed 1, 60 s, 0 faults, 7 requests");
    expect(lines[1]).toBe("  read: 1 × 200, 1 × 504 timeout; p50 1 ms, p99 1 ms");
  });
});
