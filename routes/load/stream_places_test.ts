import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ServiceError } from "../../errors/service_error.ts";
import { StreamPlaces, type StreamRequest } from "./stream_places.ts";

const OPTIONS = { max: 4, maxPerRoute: 2, maxPerCaller: 2 };

type Asked = Omit<StreamRequest, "amount"> & { readonly amount?: number };

function take(places: StreamPlaces, request: Asked) {
  return places.take({ amount: 1, ...request });
}

function refusalOf(places: StreamPlaces, request: Asked): string | null {
  try {
    take(places, request);
    return null;
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}

describe("StreamPlaces", () => {
  it("gives each route no more than its share, to whatever callers", () => {
    const places = new StreamPlaces(OPTIONS);
    const leave = take(places, { route: "/a", caller: "x" });
    take(places, { route: "/a", caller: "y" });
    expect(refusalOf(places, { route: "/a", caller: "z" })).toBe("too_many_streams");
    expect(refusalOf(places, { route: "/b", caller: "z" })).toBeNull();
    leave();
    expect(refusalOf(places, { route: "/a", caller: "z" })).toBeNull();
  });

  it("gives each caller no more than its share, whatever the route", () => {
    const places = new StreamPlaces(OPTIONS);
    take(places, { route: "/a", caller: "x" });
    take(places, { route: "/b", caller: "x" });
    expect(refusalOf(places, { route: "/c", caller: "x" })).toBe("too_many_in_flight");
    expect(refusalOf(places, { route: "/c", caller: "y" })).toBeNull();
  });

  it("gives no more than there are", () => {
    const places = new StreamPlaces(OPTIONS);
    for (const name of ["a", "b", "c", "d"]) take(places, { route: name, caller: name });
    expect(places.taken).toBe(4);
    expect(refusalOf(places, { route: "e", caller: "e" })).toBe("too_many_streams");
  });

  it("counts amounts, and lets in what is larger than a share where there is nothing else", () => {
    const places = new StreamPlaces({ max: 100, maxPerRoute: 50, maxPerCaller: 25 });
    const leave = take(places, { route: "/a", caller: "x", amount: 300 });
    expect(refusalOf(places, { route: "/a", caller: "x", amount: 1 })).toBe("too_many_in_flight");
    expect(refusalOf(places, { route: "/b", caller: "y", amount: 1 })).toBe("too_many_streams");
    leave();
    take(places, { route: "/a", caller: "x", amount: 20 });
    expect(refusalOf(places, { route: "/a", caller: "x", amount: 6 })).toBe("too_many_in_flight");
    expect(refusalOf(places, { route: "/a", caller: "y", amount: 25 })).toBeNull();
    expect(refusalOf(places, { route: "/a", caller: "z", amount: 6 })).toBe("too_many_streams");
    expect(refusalOf(places, { route: "/b", caller: "__proto__", amount: 25 })).toBeNull();
  });

  it("says without an error that there is no room", () => {
    const places = new StreamPlaces({ max: 10, maxPerRoute: 10, maxPerCaller: 4 });
    const leave = places.takeIfFree({ route: "GET /a", caller: "a", amount: 3 });
    expect(places.takeIfFree({ route: "GET /a", caller: "a", amount: 2 })).toBeNull();
    expect(places.taken).toBe(3);
    leave!();
    expect(places.takeIfFree({ route: "GET /a", caller: "a", amount: 2 })).not.toBeNull();
    expect(places.taken).toBe(2);
  });

  it("takes a place back once, and keeps nobody who has none", () => {
    const places = new StreamPlaces(OPTIONS);
    for (let round = 0; round < 100; round++) {
      const leave = take(places, { route: `${round}`, caller: `${round}` });
      leave();
      leave();
    }
    expect(places.taken).toBe(0);
  });

  it("needs places", () => {
    for (const name of ["max", "maxPerRoute", "maxPerCaller"]) {
      expect(() => new StreamPlaces({ ...OPTIONS, [name]: 0 })).toThrow(`"${name}" is 0`);
    }
  });
});
