import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { compilePattern } from "./pattern.ts";

/** What patterns are made of; each means something by itself. */
const ATOMS = [
  ..."ab0_- .é😀",
  "\\.",
  "\\d",
  "\\D",
  "\\w",
  "\\W",
  "\\s",
  "\\S",
  "\\b",
  "\\B",
  "\\u0061",
  "\\u{1F600}",
  "\\x41",
  "\\p{L}",
  "\\P{Lu}",
  "\\p{Nd}",
  "[a-c]",
  "[^a]",
  "[\\s_]",
  "[^\\s]",
  "[\\d.-]",
  "[(?:]",
  "[(?]",
  "[.|$]",
  "[\\]\\[]",
  "[\\u0061-\\u007a]",
  "^",
  "$",
  "\\t",
  "\\v",
  "\\n",
];

const TEXTS = [
  ..."aA0_- .éÉ😀٣\n\r\t\v\u00a0\u2028\ufeff\u200bß$|[](?:",
];

const pattern = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    { weight: 4, arbitrary: fc.constantFrom(...ATOMS) },
    fc.tuple(tie("node"), tie("node")).map((parts) => parts.join("")),
    fc.tuple(tie("node"), tie("node")).map((parts) => `(?:${parts.join("|")})`),
    fc.tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "*?", "{0,}")).map((
      [node, times],
    ) => `(${node})${times}`),
  ),
})).node as fc.Arbitrary<string>;

describe("compilePattern()", () => {
  it("means what ECMA-262 means by the source that OpenAPI has", () => {
    let compared = 0;
    fc.assert(
      fc.property(pattern, fc.array(fc.constantFrom(...TEXTS), { maxLength: 6 }), (text, parts) => {
        const compiled = compilePattern(text);
        if ("state" in compiled) return;
        compared++;
        const value = parts.join("");
        expect([text, value, compiled.matches(value)]).toEqual([
          text,
          value,
          new RegExp(compiled.source, "u").test(value),
        ]);
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it("reads what both engines take, and read differently, as ECMA-262 does", () => {
    for (
      const [text, value, matches] of [
        [".", "\u2028", false],
        [".", "\r", false],
        ["\\s", "\u00a0", true],
        ["[\\s]", "\v", true],
        ["\\S", "\ufeff", false],
        [".", "😀", true],
        ["a|b", "ab", false],
        ["a$", "a\n", false],
      ] as const
    ) {
      const compiled = compilePattern(text);
      expect([text, "matches" in compiled && compiled.matches(value)]).toEqual([text, matches]);
    }
  });
});
