import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Observation } from "../../../observe/observation.ts";

import { ClockWatch } from "./clock_watch.ts";

describe("ClockWatch", () => {
  it("says that the skew is unknown where no node answers, and refuses nothing", async () => {
    const observations: Observation[] = [];
    const watch = new ClockWatch({
      now: () => 0,
      maxSkewMs: 1_000,
      observe: (each) => observations.push(each),
      use: () => Promise.reject(new Error("Cassandra is unreachable")),
      localDatacenter: null,
    });
    await watch.measure();
    expect(watch.refusal()).toBe(null);
    expect(observations).toEqual([
      { kind: "clock", skew: null, nodes: [], maxSkewMs: 1_000, refuses: false },
    ]);
  });
});
