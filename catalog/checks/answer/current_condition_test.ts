import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseQueries } from "../../catalog.ts";
import { formatDiagnostics } from "../../text/diagnose.ts";

describe("@current", () => {
  const CASES: [tag: string, columns: string[]][] = [
    ["", []],
    ["-- @current version", ["version"]],
    ["-- @current version owner_2", ["version", "owner_2"]],
    ['-- @current "rowVersion" "a ""b"" c"', ["rowVersion", 'a "b" c']],
  ];
  for (const [tag, columns] of CASES) {
    it(`names ${columns.join(", ") || "nothing"} with ${tag || "no tag"}`, () => {
      const { queries, diagnostics } = parseQueries({
        path: "own.cql",
        text: `-- name: own :applied\n${tag}\nUPDATE t SET v = :v WHERE k = :k IF v = 1;`,
      });
      expect(formatDiagnostics(diagnostics)).toBe("");
      expect(queries[0]!.current.map(({ name }) => name)).toEqual(columns);
    });
  }
});
