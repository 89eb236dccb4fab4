import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Stopwatch } from "../../observe/stopwatch.ts";
import { deadlineAfter } from "./deadline.ts";

describe("deadlineAfter()", () => {
  const STARTED_AT = 10_000;
  const queued = (queuedMs: number) =>
    new Stopwatch({ id: "1", traces: null, ageMs: null, queuedMs, slot: null });
  const cases: {
    name: string;
    queryMs?: number;
    timed?: Parameters<typeof deadlineAfter>[2];
    leftMs: number;
  }[] = [
    { name: "the timeout of a request", leftMs: 2_000 },
    { name: "a query's own timeout", queryMs: 300, leftMs: 300 },
    { name: "no more than a request has, whatever its query has", queryMs: 60_000, leftMs: 2_000 },
    { name: "less for a request that waited", timed: { stopwatch: queued(400) }, leftMs: 1_600 },
    {
      name: "a query's own timeout where a request that waited has more",
      queryMs: 300,
      timed: { stopwatch: queued(400) },
      leftMs: 300,
    },
    {
      name: "all of it for a stopwatch of no request",
      timed: { stopwatch: new Stopwatch() },
      leftMs: 2_000,
    },
    { name: "no more than its caller waits", timed: { deadline: STARTED_AT + 50 }, leftMs: 50 },
    {
      name: "no more than a later deadline allows",
      timed: { deadline: STARTED_AT + 9_000 },
      leftMs: 2_000,
    },
  ];
  for (const { name, queryMs = null, timed, leftMs } of cases) {
    it(`gives ${name}`, () => {
      const timeouts = { requestMs: 2_000, queryMs };
      expect(deadlineAfter(STARTED_AT, timeouts, timed)).toBe(STARTED_AT + leftMs);
    });
  }
});
