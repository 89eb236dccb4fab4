import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { closingQuote } from "./closing_quote.ts";

describe("closingQuote()", () => {
  const cases: [text: string, from: number, expected: number][] = [
    [`""`, 1, 1],
    [`"a" : "b"`, 1, 2],
    [String.raw`"a\"b"`, 1, 5],
    [String.raw`"\\"`, 1, 3],
  ];
  for (const [text, from, expected] of cases) {
    it(`finds ${expected} in ${text} from ${from}`, () => {
      expect(closingQuote(text, from)).toBe(expected);
    });
  }

  it("is beyond a text that has none", () => {
    for (const text of [`"ab`, String.raw`"a\"`]) {
      expect(closingQuote(text, 1)).toBeGreaterThanOrEqual(text.length);
    }
  });
});
