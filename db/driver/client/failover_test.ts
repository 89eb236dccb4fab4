import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../../../tests/support/eventually.ts";
import { Failover, type FailoverPlan, type FailoverView } from "./failover.ts";

const HOME: FailoverView = { away: null, up: 3, localKnown: 3, localUp: 3 };
const HOME_DOWN: FailoverView = { away: null, up: 0, localKnown: 3, localUp: 0 };

/** Which moves it makes; those to a data centre of `reachable` succeed. */
function watched(plan: Partial<FailoverPlan>, reachable: readonly string[] = ["dc2", "dc3"]) {
  const moves: string[] = [];
  const failover = new Failover(
    { failoverDatacenters: ["dc2", "dc3"], failbackDelayMs: 50, ...plan },
    {
      moveTo(datacenter) {
        moves.push(datacenter);
        const isReachable = reachable.includes(datacenter);
        if (isReachable) failover.note({ ...HOME_DOWN, away: datacenter, up: 1 });
        return Promise.resolve(isReachable);
      },
      comeBack() {
        moves.push("back");
        failover.note(HOME);
      },
    },
  );
  return { failover, moves, [Symbol.dispose]: () => failover.close() };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("Failover", () => {
  it("goes nowhere while a local node is up, for a moment, or without being configured", async () => {
    using local = watched({});
    using short = watched({});
    using none = watched({ failoverDatacenters: [] });
    local.failover.note({ ...HOME, up: 1, localUp: 1 });
    short.failover.note(HOME_DOWN);
    none.failover.note(HOME_DOWN);
    await sleep(0);
    short.failover.note({ ...HOME, up: 1, localUp: 1 });
    await sleep(1_500);
    expect([local.moves, short.moves, none.moves]).toEqual([[], [], []]);
  });

  it("waits as long as before where a local node came back meanwhile", async () => {
    using flapping = watched({});
    flapping.failover.note(HOME_DOWN);
    await sleep(700);
    flapping.failover.note({ ...HOME, up: 1, localUp: 1 });
    const downAt = performance.now();
    flapping.failover.note(HOME_DOWN);
    await eventually("it has moved", () => flapping.moves.length > 0);
    expect(performance.now() - downAt).toBeGreaterThan(900);
  });

  it("takes the first data centre in order that has a node up, and tries again while none has", async () => {
    using both = watched({});
    using second = watched({}, ["dc3"]);
    using neither = watched({}, []);
    const downAt = performance.now();
    for (const { failover } of [both, second, neither]) failover.note(HOME_DOWN);
    await eventually("one has moved", () => both.moves.length > 0);
    expect(performance.now() - downAt).toBeGreaterThan(900);
    await eventually("all have moved", () => neither.moves.length >= 4);
    expect(both.moves).toEqual(["dc2"]);
    expect(second.moves).toEqual(["dc2", "dc3"]);
    expect(neither.moves.slice(0, 4)).toEqual(["dc2", "dc3", "dc2", "dc3"]);
  });

  it("comes back once most local nodes have been up for the delay", async () => {
    using few = watched({});
    using most = watched({});
    using manual = watched({ failbackDelayMs: null });
    using gone = watched({ failbackDelayMs: 1_000 });
    const away = { ...HOME_DOWN, away: "dc2", up: 1 };
    few.failover.note({ ...away, localUp: 1 });
    for (const { failover } of [most, manual, gone]) failover.note({ ...away, localUp: 2 });
    await sleep(0);
    gone.failover.note({ ...away, localUp: 1 });
    await sleep(1_300);
    expect([few.moves, most.moves, manual.moves, gone.moves]).toEqual([[], ["back"], [], []]);
  });

  it("comes back without the delay where an operator lets it, once most local nodes are up", () => {
    using manual = watched({ failbackDelayMs: null });
    const away = { ...HOME_DOWN, away: "dc2", up: 1 };
    manual.failover.note({ ...away, localUp: 1 });
    manual.failover.allowReturn(true);
    expect(manual.moves).toEqual([]);
    manual.failover.note({ ...away, localUp: 2 });
    expect(manual.moves).toEqual(["back"]);
  });

  it("comes back at once where the other data centre is lost and a local node is up", () => {
    using lost = watched({ failbackDelayMs: null });
    lost.failover.note({ away: "dc2", up: 0, localKnown: 3, localUp: 1 });
    expect(lost.moves).toEqual(["back"]);
  });

  it("goes on to the next data centre where the one that serves is lost, too", async () => {
    using lost = watched({});
    lost.failover.note({ ...HOME_DOWN, away: "dc2" });
    await eventually("it has moved", () => lost.moves.length > 0);
    expect(lost.moves).toEqual(["dc3"]);
  });

  it("moves no more once it is closed, not even on from a move that was under way", async () => {
    const moves: string[] = [];
    const move = Promise.withResolvers<boolean>();
    const failover = new Failover(
      { failoverDatacenters: ["dc2", "dc3"], failbackDelayMs: 0 },
      {
        moveTo(datacenter) {
          moves.push(datacenter);
          return move.promise;
        },
        comeBack: () => void moves.push("back"),
      },
    );
    failover.note(HOME_DOWN);
    await eventually("it moves", () => moves.length > 0);
    failover.close();
    move.resolve(false);
    failover.note({ ...HOME_DOWN, away: "dc2", localUp: 1 });
    failover.allowReturn(true);
    await sleep(1_500);
    expect(moves).toEqual(["dc2"]);
  });
});
