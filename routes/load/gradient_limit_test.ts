import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { GradientLimit, makesBaselinesObsolete } from "./gradient_limit.ts";

const OPTIONS = { min: 4, max: 400, start: 100 };
const SAMPLES = 50;

interface Load {
  readonly waitedMs: number | ((index: number) => number);
  readonly inFlight?: number;
  readonly route?: string;
  readonly seconds?: number;
}

/** Feeds a limit with requests in a time of the test's own, half a thousand in each second. */
function feeder(limit: GradientLimit) {
  let now = 1_000;
  return ({ waitedMs, inFlight = Infinity, route = "GET /a", seconds = 1 }: Load) => {
    for (let index = 0; index < seconds * 10 * SAMPLES; index++) {
      now += 100 / SAMPLES;
      const ms = typeof waitedMs === "number" ? waitedMs : waitedMs(index);
      limit.note({ route, waitedMs: ms, inFlight: Math.min(inFlight, limit.limit), now });
    }
    return limit.limit;
  };
}

describe("GradientLimit", () => {
  it("grows while requests are as fast as usual and it is reached", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    expect(feed({ waitedMs: 5 })).toBeGreaterThan(150);
    expect(feed({ waitedMs: 5, seconds: 10 })).toBe(400);
  });

  it("stays where it is while it is far from being reached", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    feed({ waitedMs: 5, inFlight: 20 });
    expect(feed({ waitedMs: 50, inFlight: 20 })).toBe(100);
  });

  it("shrinks to the least when everything is far slower, and grows again", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    feed({ waitedMs: 5 });
    expect(feed({ waitedMs: 500, seconds: 3 })).toBe(4);
    expect(feed({ waitedMs: 5, seconds: 3 })).toBeGreaterThan(30);
  });

  it("settles where requests take about twice as long as usual", () => {
    // A system with 40 slots: more requests at once only wait for each other.
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    feed({ waitedMs: 10, inFlight: 30 });
    const settled = feed({ waitedMs: () => 10 * Math.max(1, limit.limit / 40), seconds: 20 });
    expect(settled).toBeGreaterThan(80);
    expect(settled).toBeLessThan(110);
  });

  it("does not shrink for the sake of a third of the requests, whenever they come", () => {
    for (const third of [0, 1, 2]) {
      const limit = new GradientLimit(OPTIONS);
      const feed = feeder(limit);
      feed({ waitedMs: 5 });
      // A window has 51 of them.
      const isSlow = (index: number) => Math.floor(index / 17) % 3 === third;
      expect(feed({ waitedMs: (index) => isSlow(index) ? 5_000 : 5, seconds: 5 }))
        .toBeGreaterThan(150);
    }
  });

  it("compares each route with itself", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    for (let round = 0; round < 5; round++) {
      feed({ waitedMs: 2, route: "GET /fast" });
      feed({ waitedMs: 300, route: "GET /slow" });
    }
    expect(limit.limit).toBe(400);
  });

  it("does not take a peak of a minute for usual, and what stays for half an hour it does", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    feed({ waitedMs: 5 });
    expect(feed({ waitedMs: 50, seconds: 60 })).toBeLessThan(10);
    expect(feed({ waitedMs: 50, seconds: 30 * 60 })).toBeGreaterThan(100);
  });

  it("learns within seconds that requests can be faster, as after a start into an overload", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    feed({ waitedMs: 500 });
    feed({ waitedMs: 50, seconds: 5 });
    expect(feed({ waitedMs: 500, seconds: 3 })).toBe(4);
  });

  it("takes what comes after it was told to forget for usual, at once", () => {
    const limit = new GradientLimit(OPTIONS);
    const feed = feeder(limit);
    feed({ waitedMs: 2, seconds: 5 });
    limit.forget();
    const before = limit.limit;
    expect(feed({ waitedMs: 80 })).toBeGreaterThanOrEqual(before);
    expect(feed({ waitedMs: 800, seconds: 3 })).toBe(4);
  });

  it("forgets the requests of the window, too", () => {
    const limit = new GradientLimit(OPTIONS);
    limit.note({ route: "GET /a", waitedMs: 1, inFlight: 100, now: 1_000 });
    limit.forget();
    expect(feeder(limit)({ waitedMs: 80, seconds: 2 })).toBeGreaterThan(150);
  });

  it("needs bounds in their order", () => {
    expect(() => new GradientLimit({ min: 10, max: 20, start: 5 })).toThrow(TypeError);
    expect(() => new GradientLimit({ min: 0, max: 20, start: 5 })).toThrow(TypeError);
  });
});

function reload(changed: readonly string[]): Observation {
  const changes = { added: ["a"], changed, removed: ["b"] };
  return { kind: "reload", succeeded: true, isFirst: false, changes };
}

describe("makesBaselinesObsolete()", () => {
  it("is so when another data centre serves, and when the local one does again", () => {
    for (const [inUse, isLocal] of [["dc2", false], ["dc1", true]] as const) {
      const datacenters = ["dc1", "dc2"];
      expect(makesBaselinesObsolete({ kind: "datacenter", inUse, isLocal, datacenters })).toBe(
        true,
      );
    }
  });

  it("is so when a query was changed, and not when all others are as before", () => {
    expect(makesBaselinesObsolete(reload(["get_station"]))).toBe(true);
    expect(makesBaselinesObsolete(reload([]))).toBe(false);
    expect(makesBaselinesObsolete({ kind: "reload", succeeded: false, cause: null })).toBe(false);
  });

  it("is not so of nodes that come and go", () => {
    expect(makesBaselinesObsolete({ kind: "availability", unreachable: [] })).toBe(false);
  });
});
