import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../tests/support/eventually.ts";
import { Alarms } from "./alarms.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sets alarms, each some milliseconds from now. @returns which went off, and whether too early */
function setAll(alarms: Alarms, ...delays: number[]) {
  const rung: { delayMs: number; early: boolean }[] = [];
  const cancels = delays.map((delayMs) => {
    const at = performance.now() + delayMs;
    const alarm = { ring: () => rung.push({ delayMs, early: performance.now() < at }) };
    alarms.set(at, alarm);
    return () => alarms.cancel(at, alarm);
  });
  return { rung, cancels };
}

const sorted = (rung: ReturnType<typeof setAll>["rung"]) =>
  rung.toSorted((one, other) => one.delayMs - other.delayMs);

describe("Alarms", () => {
  it("go off when they are due, in whatever order they were set", async () => {
    const { rung, cancels } = setAll(new Alarms(), 600_000, 10, 60, 10);
    await eventually("all but one have gone off", () => rung.length === 3);
    cancels[0]!();
    // A machine that pauses may find all of them due at once.
    expect(sorted(rung)).toEqual([10, 10, 60].map((delayMs) => ({ delayMs, early: false })));
  });

  it("call back after a time, unless that is cancelled", async () => {
    const alarms = new Alarms();
    const called: string[] = [];
    const cancel = alarms.after(10, () => called.push("cancelled"));
    alarms.after(20, () => called.push("due"));
    alarms.after(-10, () => called.push("overdue"));
    cancel();
    await eventually("two have called back", () => called.length === 2);
    expect(called.toSorted()).toEqual(["due", "overdue"]);
  });

  it("go off at once if they are overdue", async () => {
    const { rung } = setAll(new Alarms(), -50);
    await eventually("it has gone off", () => rung.length > 0);
    expect(rung).toHaveLength(1);
  });

  it("do not go off once they are cancelled, while the others do", async () => {
    const { rung, cancels } = setAll(new Alarms(), 20, 20, 50);
    cancels[0]!();
    cancels[2]!();
    cancels[2]!();
    await eventually("one has gone off", () => rung.length > 0);
    await sleep(100);
    expect(rung.map(({ delayMs }) => delayMs)).toEqual([20]);
  });

  it("can be set again after all were cancelled, before and after the timer has run", async () => {
    const alarms = new Alarms();
    for (const pauseMs of [0, 100]) {
      setAll(alarms, 30).cancels[0]!();
      await sleep(pauseMs);
      const { rung } = setAll(alarms, 60, 10);
      await eventually("both have gone off", () => rung.length === 2);
      expect(sorted(rung).map(({ delayMs }) => delayMs)).toEqual([10, 60]);
    }
  });

  it("can be set while others go off", async () => {
    const alarms = new Alarms();
    let later = 0;
    const second = { ring: () => later++ };
    alarms.set(performance.now(), { ring: () => alarms.set(performance.now() + 10, second) });
    await eventually("the second has gone off", () => later > 0);
    expect(later).toBe(1);
  });
});
