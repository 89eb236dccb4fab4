import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ExactNumber } from "./exact_number.ts";
import type { Json } from "./json.ts";
import { isJsonObject, setMember } from "./json_object.ts";

describe("setMember()", () => {
  it("sets __proto__ as an own member, even where assigning to it would not", () => {
    const before = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
    Object.defineProperty(Object.prototype, "__proto__", {
      configurable: true,
      get: () => undefined,
      set: () => {},
    });
    try {
      const object: { [key: string]: Json } = {};
      for (const key of ["a", "__proto__", "constructor"]) setMember(object, key, { b: 1 });
      expect(JSON.stringify(object)).toBe(
        '{"a":{"b":1},"__proto__":{"b":1},"constructor":{"b":1}}',
      );
    } finally {
      if (before) Object.defineProperty(Object.prototype, "__proto__", before);
      else Reflect.deleteProperty(Object.prototype, "__proto__");
    }
  });
});

describe("isJsonObject()", () => {
  it("tells objects from arrays, null and numbers", () => {
    expect(isJsonObject({})).toBe(true);
    expect(isJsonObject(JSON.parse('{"__proto__":1}'))).toBe(true);
    for (const json of [[], null, undefined, "a", 1, new ExactNumber("1.0")]) {
      expect([json, isJsonObject(json)]).toEqual([json, false]);
    }
  });
});
