import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { asClause } from "./as_clause.ts";

describe("asClause()", () => {
  const cases: [sentence: string, clause: string][] = [
    ['Did you mean "Name"?', 'did you mean "Name"?'],
    ['Use "DELETE"', 'use "DELETE"'],
    ['"50" has no unit', '"50" has no unit'],
    ["", ""],
  ];
  for (const [sentence, clause] of cases) {
    it(`makes ${JSON.stringify(clause)} of ${JSON.stringify(sentence)}`, () => {
      expect(asClause(sentence)).toBe(clause);
    });
  }
});
