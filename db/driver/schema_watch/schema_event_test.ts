import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readEvent } from "./schema_event.ts";

describe("readEvent()", () => {
  const CASES: [target: string | undefined, table: string | null, expected: string | null][] = [
    ["TABLE", "Words", "Words"],
    ["TABLE", "", null],
    ["TABLE", null, null],
    ["TYPE", null, null],
    ["FUNCTION", null, null],
    ["AGGREGATE", null, null],
    ["KEYSPACE", null, null],
    ["NOVELTY", "words", null],
    [undefined, "words", null],
  ];
  for (const [target, table, expected] of CASES) {
    it(`is about ${expected ?? "the whole keyspace"} for ${target} ${table}`, () => {
      const event = { keyspace: "own", table, ...(target === undefined ? {} : { target }) };
      expect(readEvent(event)).toEqual({ keyspace: "own", table: expected });
    });
  }
});
