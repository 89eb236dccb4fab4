import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { MINUS_ZERO, withNumbers } from "./minus_zero.ts";

describe("MINUS_ZERO", () => {
  it("is written as JSON has it, wherever it stands", () => {
    expect(JSON.stringify(MINUS_ZERO)).toBe("-0.0");
    expect(JSON.stringify({ a: [MINUS_ZERO, 0], b: { c: MINUS_ZERO } }))
      .toBe('{"a":[-0.0,0],"b":{"c":-0.0}}');
    expect(JSON.parse(JSON.stringify([MINUS_ZERO]))).toEqual([-0]);
  });
});

describe("withNumbers()", () => {
  it("gives the number, and leaves everything else as it is", () => {
    const json = { a: [MINUS_ZERO, 0, "-0.0", null], ["__proto__"]: { b: MINUS_ZERO }, c: true };
    expect(withNumbers(json)).toEqual({
      a: [-0, 0, "-0.0", null],
      ["__proto__"]: { b: -0 },
      c: true,
    });
  });
});
