import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ServiceError } from "../../errors/service_error.ts";
import { type StreamRequest, StreamSlots } from "./stream_slots.ts";

const OPTIONS = { max: 4, maxPerRoute: 2, maxPerCaller: 2 };

type Asked = Omit<StreamRequest, "amount"> & { readonly amount?: number };

function take(slots: StreamSlots, request: Asked) {
  return slots.take({ amount: 1, ...request });
}

function refusalOf(slots: StreamSlots, request: Asked): string | null {
  try {
    take(slots, request);
    return null;
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}

describe("StreamSlots", () => {
  it("gives each route no more than its share, to whatever callers", () => {
    const slots = new StreamSlots(OPTIONS);
    const leave = take(slots, { route: "/a", caller: "x" });
    take(slots, { route: "/a", caller: "y" });
    expect(refusalOf(slots, { route: "/a", caller: "z" })).toBe("too_many_streams");
    expect(refusalOf(slots, { route: "/b", caller: "z" })).toBeNull();
    leave();
    expect(refusalOf(slots, { route: "/a", caller: "z" })).toBeNull();
  });

  it("gives each caller no more than its share, whatever the route", () => {
    const slots = new StreamSlots(OPTIONS);
    take(slots, { route: "/a", caller: "x" });
    take(slots, { route: "/b", caller: "x" });
    expect(refusalOf(slots, { route: "/c", caller: "x" })).toBe("too_many_in_flight");
    expect(refusalOf(slots, { route: "/c", caller: "y" })).toBeNull();
  });

  it("gives no more than there are", () => {
    const slots = new StreamSlots(OPTIONS);
    for (const name of ["a", "b", "c", "d"]) take(slots, { route: name, caller: name });
    expect(slots.taken).toBe(4);
    expect(refusalOf(slots, { route: "e", caller: "e" })).toBe("too_many_streams");
  });

  it("counts amounts, and lets in what is larger than a share where there is nothing else", () => {
    const slots = new StreamSlots({ max: 100, maxPerRoute: 50, maxPerCaller: 25 });
    const leave = take(slots, { route: "/a", caller: "x", amount: 300 });
    expect(refusalOf(slots, { route: "/a", caller: "x", amount: 1 })).toBe("too_many_in_flight");
    expect(refusalOf(slots, { route: "/b", caller: "y", amount: 1 })).toBe("too_many_streams");
    leave();
    take(slots, { route: "/a", caller: "x", amount: 20 });
    expect(refusalOf(slots, { route: "/a", caller: "x", amount: 6 })).toBe("too_many_in_flight");
    expect(refusalOf(slots, { route: "/a", caller: "y", amount: 25 })).toBeNull();
    expect(refusalOf(slots, { route: "/a", caller: "z", amount: 6 })).toBe("too_many_streams");
    expect(refusalOf(slots, { route: "/b", caller: "__proto__", amount: 25 })).toBeNull();
  });

  it("says without an error that there is no room", () => {
    const slots = new StreamSlots({ max: 10, maxPerRoute: 10, maxPerCaller: 4 });
    const leave = slots.takeIfFree({ route: "GET /a", caller: "a", amount: 3 });
    expect(slots.takeIfFree({ route: "GET /a", caller: "a", amount: 2 })).toBeNull();
    expect(slots.taken).toBe(3);
    leave!();
    expect(slots.takeIfFree({ route: "GET /a", caller: "a", amount: 2 })).not.toBeNull();
    expect(slots.taken).toBe(2);
  });

  it("takes a slot back once, and keeps nobody who has none", () => {
    const slots = new StreamSlots(OPTIONS);
    for (let round = 0; round < 100; round++) {
      const leave = take(slots, { route: `${round}`, caller: `${round}` });
      leave();
      leave();
    }
    expect(slots.taken).toBe(0);
  });

  it("needs slots", () => {
    for (const name of ["max", "maxPerRoute", "maxPerCaller"]) {
      expect(() => new StreamSlots({ ...OPTIONS, [name]: 0 })).toThrow(`"${name}" is 0`);
    }
  });
});
