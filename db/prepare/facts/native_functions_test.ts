import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Term } from "../../../catalog/statement/term.ts";
import { parseCql } from "../../../tests/support/cql/parse_cql.ts";
import { isCount, isPure, mayAggregate } from "./native_functions.ts";

function selector(text: string): Term {
  const statement = parseCql(`SELECT ${text} FROM t`);
  if (statement.kind !== "select") throw new Error(`Cannot read ${text}`);
  return statement.selectors![0]!.term;
}

describe("isPure()", () => {
  const cases: [text: string, expected: boolean][] = [
    ["a", true],
    [":a", true],
    ["1 + abs(:a)", true],
    ["CAST(system.round(:a) AS int)", true],
    ["toDate(minTimeuuid(:a))", true],
    ["token(a, b)", true],
    ["now()", false],
    ["toDate(now())", false],
    ["[1, uuid()]", false],
    ["ks.abs(:a)", false],
    ['"ABS"(:a)', false],
    ["f(:a)", false],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(isPure(selector(text))).toBe(expected));
  }
});

describe("mayAggregate()", () => {
  const cases: [text: string, expected: boolean][] = [
    ["a", false],
    ["toTimestamp(a)", false],
    ["now()", false],
    ["current_date()", false],
    ["writetime(a)", false],
    ["m['x']", false],
    ["count(*)", true],
    ["CAST(avg(a) AS int)", true],
    ["system.max(a) + 1", true],
    ["f(a)", true],
    ["ks.abs(a)", true],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(mayAggregate(selector(text))).toBe(expected));
  }
});

describe("isCount()", () => {
  const cases: [text: string, expected: boolean][] = [
    ["count(*)", true],
    ["count(a)", true],
    ["system.count(1)", true],
    ["ks.count(1)", false],
    ["count", false],
    ["max(a)", false],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${text}`, () => expect(isCount(selector(text))).toBe(expected));
  }
});
