import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createTickClock } from "./tick_clock.ts";
import { ticksOfMs } from "./uuid.ts";

const AT = Date.UTC(2026, 10, 25);

describe("createTickClock()", () => {
  it("gives every time once, in order", () => {
    const clock = createTickClock();
    const all = Array.from({ length: 20_000 }, () => clock().ticks);
    expect(all.every((ticks, index) => index === 0 || ticks > all[index - 1]!)).toBe(true);
  });

  it("is the time of the machine", () => {
    const clock = createTickClock(() => AT);
    expect(clock().ticks).toBe(ticksOfMs(AT));
    expect(clock().ticks).toBe(ticksOfMs(AT) + 1n);
  });

  it("goes on where the machine's clock is set back a little", () => {
    let now = AT;
    const clock = createTickClock(() => now);
    const before = clock();
    now -= 900;
    expect(clock()).toEqual({ ticks: before.ticks + 1n, tail: before.tail });
  });

  it("changes its clock sequence where the machine's clock is set back far", () => {
    let now = AT;
    const clock = createTickClock(() => now);
    const before = clock();
    now -= 3_600_000;
    const after = clock();
    expect(after.ticks).toBe(ticksOfMs(now));
    expect(after.tail).not.toEqual(before.tail);
  });

  it("differs from the clock of another process", () => {
    expect(createTickClock()().tail).not.toEqual(createTickClock()().tail);
  });
});
