import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import {
  type Combination,
  combinationOf,
  describeCombination,
  fits,
  overlapOf,
} from "./combination.ts";
import { parseQueries } from "../../tests/support/cql/parse_queries.ts";

function combination(required: string[], optional: string[] = []): Combination {
  return { required: new Set(required), all: new Set([...required, ...optional]) };
}

describe("fits()", () => {
  const severe = combination(["severity"], ["since"]);
  for (
    const [names, expected] of [
      [["severity"], true],
      [["severity", "since"], true],
      [["since"], false],
      [[], false],
      [["severity", "until"], false],
    ] as const
  ) {
    it(`is ${expected} for "${names.join(", ")}"`, () => {
      expect(fits(severe, new Set(names))).toBe(expected);
    });
  }
});

describe("combinationOf()", () => {
  it("has what the tags of the query leave to the caller", () => {
    const queries = parseQueries(`-- name: scan_items :many
-- @route GET /items
-- @scope items:read
-- @param level? in query as=severity
-- @param tenant in claim:tenant
-- @scan 64 from=:start_token to=:end_token
SELECT id FROM items
 WHERE token(id) > :start_token AND token(id) <= :end_token AND kind = :kind
   AND level = :level AND tenant = :tenant ALLOW FILTERING;`);
    const { required, all } = combinationOf(queries[0]!.params);
    expect([...required].sort()).toEqual(["kind", "range"]);
    expect([...all].sort()).toEqual(["kind", "range", "ranges", "severity"]);
  });
});

describe("overlapOf()", () => {
  for (
    const [one, other, expected] of [
      [combination([]), combination([]), []],
      [combination([]), combination(["a"]), null],
      [combination([]), combination([], ["a"]), []],
      [combination(["a"]), combination(["b"]), null],
      [combination(["a"]), combination(["a", "b"]), null],
      [combination(["a"], ["b"]), combination(["a", "b"]), ["a", "b"]],
      [combination(["a"], ["b"]), combination(["b"], ["a"]), ["a", "b"]],
      [combination(["a"], ["c"]), combination(["b"], ["c"]), null],
    ] as const
  ) {
    const [name, against] = [one, other].map((each) => describeCombination(each, ""));
    it(`finds ${expected === null ? "nothing" : "a request"} for both "${name}" and "${against}"`, () => {
      expect(overlapOf(one, other)).toEqual(expected);
      expect(overlapOf(other, one)?.toSorted()).toEqual(expected?.toSorted());
    });
  }
});
