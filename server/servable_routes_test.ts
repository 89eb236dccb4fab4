import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { UnreachableQuery } from "../observe/observation.ts";
import { isAnyServable } from "./servable_routes.ts";

const lost = (query: string, partitions: UnreachableQuery["partitions"] = "all") => ({
  query,
  consistency: "QUORUM",
  partitions,
});

describe("isAnyServable()", () => {
  const CASES: [string, string[][], UnreachableQuery[], boolean][] = [
    ["nothing is missing", [["a"], ["b"]], [], true],
    ["one route is lost", [["a"], ["b"]], [lost("a")], true],
    ["every route is lost", [["a"], ["b"]], [lost("a"), lost("b")], false],
    ["a route lacks some partitions", [["a"], ["b"]], [lost("a"), lost("b", "some")], true],
    ["another query of a shared route is there", [["a", "b"]], [lost("a")], true],
    ["all queries of a shared route are lost", [["a", "b"]], [lost("a"), lost("b")], false],
    ["a route runs no query", [["a"], []], [lost("a")], true],
    ["a query without a route is there", [["a"]], [lost("a")], false],
    ["there are no routes", [], [lost("a")], true],
  ];
  for (const [when, routes, unreachable, expected] of CASES) {
    it(`is ${expected} where ${when}`, () => {
      expect(isAnyServable(routes, unreachable)).toBe(expected);
    });
  }
});
