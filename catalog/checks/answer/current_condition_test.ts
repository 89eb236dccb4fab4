import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

describe("@current", () => {
  const CASES: [tag: string, columns: string[]][] = [
    ["", []],
    ["-- @current version", ["version"]],
    ["-- @current version owner_2", ["version", "owner_2"]],
    ['-- @current "rowVersion" "a ""b"" c"', ["rowVersion", 'a "b" c']],
  ];
  for (const [tag, columns] of CASES) {
    it(`names ${columns.join(", ") || "nothing"} with ${tag || "no tag"}`, () => {
      const { current } = parseOne(
        `-- name: own :applied\n${tag}\nUPDATE t SET v = :v WHERE k = :k IF v = 1;`,
      );
      expect(current.map(({ name }) => name)).toEqual(columns);
    });
  }
});
