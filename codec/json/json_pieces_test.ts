import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Json } from "./json.ts";
import { jsonPieces } from "./json_pieces.ts";
import { MINUS_ZERO } from "./minus_zero.ts";

const COUNT = 20_000;
const numbers = Array.from({ length: COUNT }, (_, index) => index - 0.5);
const byKey = Object.fromEntries(numbers.map((number, index) => [`k"${index}`, number]));

const LARGE: Record<string, Json> = {
  "an array of numbers": numbers,
  "an array of arrays": numbers.map((number) => [number, `${number}`, null]),
  "an array in an array": [1, numbers, [], numbers],
  "an array with a large string": ["a", "b".repeat(COUNT), "c"],
  "a string of quotes": '"'.repeat(COUNT),
  "a string of control characters": "\u0000\n\u2028".repeat(COUNT),
  "a string of pairs of surrogates": `a${"😀".repeat(COUNT)}`,
  "a string of pairs of surrogates, one character further": "😀".repeat(COUNT),
  "a string of halves of pairs": "\ud83d".repeat(COUNT),
  "an object with many keys": byKey,
  "an object with a large member": { a: 1, "b\n": numbers, c: [], d: byKey, e: "" },
  "an object whose keys are numbers": Object.fromEntries(numbers.map((_, index) => [index, true])),
  "minus zeros": numbers.map(() => MINUS_ZERO),
};

const SMALL: Json[] = [null, true, 1.5, "", '"', [], {}, [[]], { a: { b: [] } }, MINUS_ZERO];

describe("jsonPieces()", () => {
  for (const [what, json] of Object.entries(LARGE)) {
    it(`writes ${what} as JSON.stringify() does, in small pieces`, () => {
      const pieces = [...jsonPieces(json)];
      expect(pieces.join("") === JSON.stringify(json)).toBe(true);
      expect(pieces.length).toBeGreaterThan(2);
      // An escape has six characters.
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(60_000);
    });
  }

  it("writes a small value in one piece", () => {
    for (const json of SMALL) expect([...jsonPieces(json)]).toEqual([JSON.stringify(json)]);
  });
});
