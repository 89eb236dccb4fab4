import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ServiceError } from "../../errors/service_error.ts";
import { type Leave, Slots } from "./slots.ts";

function refusalOf(action: () => unknown): string | null {
  try {
    action();
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
  return null;
}

describe("Slots", () => {
  it("refuses a request when all slots are taken", () => {
    const slots = new Slots({ max: 2, maxPerCaller: Infinity });
    const leave = slots.take("a");
    slots.take("a");
    expect(refusalOf(() => slots.take("b"))).toBe("too_busy");
    leave();
    slots.take("b");
    expect(refusalOf(() => slots.take("b"))).toBe("too_busy");
  });

  it("gives each caller no more than its share", () => {
    const slots = new Slots({ max: 4, maxPerCaller: 2 });
    const leave = slots.take("a");
    slots.take("a");
    expect(refusalOf(() => slots.take("a"))).toBe("too_many_in_flight");
    slots.take("b");
    leave();
    slots.take("a");
    expect(refusalOf(() => slots.take("a"))).toBe("too_many_in_flight");
    slots.take("c");
    expect(refusalOf(() => slots.take("a"))).toBe("too_busy");
  });

  it("takes a slot back only once", () => {
    const slots = new Slots({ max: 2, maxPerCaller: 2 });
    const leave = slots.take("a");
    slots.take("a");
    leave();
    leave();
    slots.take("b");
    expect(refusalOf(() => slots.take("b"))).toBe("too_busy");
  });

  it("takes callers with the names of inherited properties", () => {
    const slots = new Slots({ max: 9, maxPerCaller: 1 });
    const leaves = ["__proto__", "constructor", ""].map((caller) => slots.take(caller));
    expect(leaves).toHaveLength(3);
    expect(refusalOf(() => slots.take("__proto__"))).toBe("too_many_in_flight");
  });

  it("is empty again when everybody has left", () => {
    const slots = new Slots({ max: 1_000, maxPerCaller: 10 });
    for (let round = 0; round < 3; round++) {
      const leaves: Leave[] = [];
      for (let index = 0; index < 1_000; index++) leaves.push(slots.take(`${index % 100}`));
      expect(refusalOf(() => slots.take("late"))).toBe("too_busy");
      for (const leave of leaves) leave();
    }
  });

  it("needs at least one slot", () => {
    for (const options of [{ max: 0, maxPerCaller: 1 }, { max: 1, maxPerCaller: 0 }]) {
      expect(() => new Slots(options)).toThrow(TypeError);
    }
    expect(() => new Slots({ max: NaN, maxPerCaller: 1 })).toThrow(/"max" is NaN/);
  });
});
