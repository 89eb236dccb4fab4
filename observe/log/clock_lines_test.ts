import { configure, dispose, getLogger, type LogRecord } from "@logtape/logtape";
import { expect } from "@std/expect";
import { after, before, beforeEach, describe, it } from "@std/testing/bdd";
import { createClockLines } from "./clock_lines.ts";

const records: LogRecord[] = [];
before(() =>
  configure({
    sinks: { kept: (record) => records.push(record) },
    loggers: [
      { category: ["clock-lines"], lowestLevel: "info", sinks: ["kept"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: [] },
    ],
    reset: true,
  })
);
after(() => dispose());

const skewOf = (ms: number) => ({ likelyMs: ms, uncertaintyMs: 3, certainMs: ms });
const lines = () => records.map(({ level, message }) => `${level}: ${message.join("")}`);

describe("createClockLines()", () => {
  let log: (ms: number | null, nodes?: readonly (readonly [string, number])[]) => void;
  beforeEach(() => {
    records.length = 0;
    const write = createClockLines(getLogger(["clock-lines"]), () => true);
    log = (ms, nodes = []) =>
      write({
        kind: "clock",
        skew: ms === null ? null : skewOf(ms),
        nodes: nodes.map(([address, ahead]) => ({ address, skew: skewOf(ahead) })),
        maxSkewMs: 1_000,
        refuses: ms !== null && Math.abs(ms) > 1_000,
      });
  });

  it("says nothing of a clock that is right", () => {
    for (const ms of [null, 2, 500, -500]) log(ms, [["a:9042", 2]]);
    expect(lines()).toEqual([]);
  });

  it("warns on the way to the bound, and says each state once", () => {
    for (const ms of [2, 501, 700, -1_001, 60_000, -501, 2]) log(ms);
    expect(lines()).toEqual([
      "warning: The clock of this process is off by 501 ms, ±3: set it, and look at the clocks of the nodes",
      "error: The clock of this process is off by -1001 ms, ±3: writes are refused beyond 1000 ms",
      "warning: The clock of this process is off by -501 ms, ±3: set it, and look at the clocks of the nodes",
      "info: The clock of this process is off by 2 ms, ±3: it is right again",
    ]);
  });

  it("says that nothing is known any more", () => {
    for (const ms of [null, 2, null, null]) log(ms);
    expect(lines()).toEqual([
      "warning: Cannot tell how far the clock of this process is off: no node has given its time",
    ]);
  });

  it("names a node whose clock is off, unless this process's own is", () => {
    const nodes = [["a:9042", 2], ["b:9042", -60_000], ["c:9042", 499]] as const;
    log(2, nodes);
    log(700, nodes);
    expect(lines().filter((line) => line.includes("node "))).toEqual([
      "warning: The clock of Cassandra's node b:9042 is off by 60000 ms",
    ]);
  });
});
