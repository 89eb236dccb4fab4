import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import { notJson } from "./json_value.ts";

describe("notJson()", () => {
  const MISTAKES: readonly [value: unknown, mistake: string][] = [
    [5n, "a bigint: pass String(value)"],
    [new Date(0), "a Date: pass value.toISOString()"],
    [new Uint8Array(1), "a Uint8Array: pass value.toBase64()"],
    [new Set(["a"]), "a Set: pass [...value]"],
    [new Map([["a", 1]]), "a Map: pass Object.fromEntries(value)"],
    [() => {}, "a function: pass it as JSON has it"],
    [{ a: [{ b: 5n }] }, "a bigint: pass String(value)"],
  ];
  for (const [value, mistake] of MISTAKES) {
    it(`says how to pass ${Deno.inspect(value)}`, () => {
      expect(notJson(value)).toBe(mistake);
    });
  }

  it("says nothing of what JSON has a form for", () => {
    const exact = new ExactNumber("9007199254740993");
    for (const value of [null, 1, NaN, "a", true, [1, [null]], { a: { b: "c" } }, exact]) {
      expect([value, notJson(value)]).toEqual([value, null]);
    }
  });
});
