import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { RefusalPace } from "./refusal_pace.ts";

const HOLD_MS = 200;

function paceOf({ maxHeld = 10_000, holdMs = HOLD_MS } = {}) {
  return new RefusalPace({ holdMs, maxHeld });
}

/** Refuses this many. @returns those that are held back */
function refuse(pace: RefusalPace, count: number): Promise<void>[] {
  return Array.from({ length: count }, () => pace.hold()).filter((held) => held !== null);
}

const BURST = 100;

describe("RefusalPace", () => {
  it("lets a burst out at once, and holds back the rest for half of the time at least", async () => {
    const pace = paceOf();
    expect(refuse(pace, BURST)).toEqual([]);
    const startedAt = performance.now();
    const held = refuse(pace, 50);
    expect([held.length, pace.held]).toEqual([50, 50]);
    await Promise.race(held);
    expect(performance.now() - startedAt).toBeGreaterThan(HOLD_MS / 2 - 5);
    await Promise.all(held);
    expect(pace.held).toBe(0);
  });

  it("holds back for as long where the process was too busy for its timers", async () => {
    const pace = paceOf();
    refuse(pace, BURST + 1);
    const busyUntil = performance.now() + HOLD_MS * 0.4;
    while (performance.now() < busyUntil);
    const startedAt = performance.now();
    await Promise.race(refuse(pace, 50));
    expect(performance.now() - startedAt).toBeGreaterThan(HOLD_MS / 2 - 5);
  });

  it("releases what is held in parts, not all at once", async () => {
    // A machine that pauses releases what has become due meanwhile at once.
    const pace = paceOf({ holdMs: 4_000 });
    refuse(pace, BURST);
    const seen = new Set<number>();
    await Promise.all(refuse(pace, 500).map((held) => held.then(() => seen.add(pace.held))));
    expect(seen.size).toBeGreaterThan(1);
  });

  it("lets out a refusal at once for every twenty answers", () => {
    const pace = paceOf();
    refuse(pace, BURST);
    for (let answer = 0; answer < 39; answer++) pace.noteAnswer();
    expect(refuse(pace, 3)).toHaveLength(2);
    pace.noteAnswer();
    expect(refuse(pace, 3)).toHaveLength(2);
  });

  it("holds back no more than it may", () => {
    const pace = paceOf({ maxHeld: 7 });
    expect(refuse(pace, BURST + 20)).toHaveLength(7);
  });
});
