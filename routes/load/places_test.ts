import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ServiceError } from "../../errors/service_error.ts";
import { type Leave, Places } from "./places.ts";

function refusalOf(action: () => unknown): string | null {
  try {
    action();
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
  return null;
}

describe("Places", () => {
  it("refuses a request when all places are taken", () => {
    const places = new Places({ max: 2, maxPerCaller: Infinity });
    const leave = places.take("a");
    places.take("a");
    expect(refusalOf(() => places.take("b"))).toBe("too_busy");
    leave();
    places.take("b");
    expect(refusalOf(() => places.take("b"))).toBe("too_busy");
  });

  it("gives each caller no more than its share", () => {
    const places = new Places({ max: 4, maxPerCaller: 2 });
    const leave = places.take("a");
    places.take("a");
    expect(refusalOf(() => places.take("a"))).toBe("too_many_in_flight");
    places.take("b");
    leave();
    places.take("a");
    expect(refusalOf(() => places.take("a"))).toBe("too_many_in_flight");
    places.take("c");
    expect(refusalOf(() => places.take("a"))).toBe("too_busy");
  });

  it("takes a place back only once", () => {
    const places = new Places({ max: 2, maxPerCaller: 2 });
    const leave = places.take("a");
    places.take("a");
    leave();
    leave();
    places.take("b");
    expect(refusalOf(() => places.take("b"))).toBe("too_busy");
  });

  it("takes callers with the names of inherited properties", () => {
    const places = new Places({ max: 9, maxPerCaller: 1 });
    const leaves = ["__proto__", "constructor", ""].map((caller) => places.take(caller));
    expect(leaves).toHaveLength(3);
    expect(refusalOf(() => places.take("__proto__"))).toBe("too_many_in_flight");
  });

  it("is empty again when everybody has left", () => {
    const places = new Places({ max: 1_000, maxPerCaller: 10 });
    for (let round = 0; round < 3; round++) {
      const leaves: Leave[] = [];
      for (let index = 0; index < 1_000; index++) leaves.push(places.take(`${index % 100}`));
      expect(refusalOf(() => places.take("late"))).toBe("too_busy");
      for (const leave of leaves) leave();
    }
  });

  it("needs at least one place", () => {
    for (const options of [{ max: 0, maxPerCaller: 1 }, { max: 1, maxPerCaller: 0 }]) {
      expect(() => new Places(options)).toThrow(TypeError);
    }
    expect(() => new Places({ max: NaN, maxPerCaller: 1 })).toThrow(/"max" is NaN/);
  });
});
