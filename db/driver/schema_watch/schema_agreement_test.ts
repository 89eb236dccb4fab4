import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { haveOneVersion } from "./schema_agreement.ts";

/** `a:1 b:2`: node `a` has version 1 and node `b` version 2; `c:` has none yet. */
function rowsOf(text: string) {
  return text.split(" ").map((each) => {
    const [host_id, version] = each.split(":");
    return { host_id, schema_version: version === "" ? null : version };
  });
}

describe("haveOneVersion()", () => {
  const CASES: [string, string, string[], boolean][] = [
    ["one node", "a:1", [], true],
    ["nodes of the same version", "a:1 b:1 c:1", [], true],
    ["nodes of two versions", "a:1 b:2 c:1", [], false],
    ["a dead node that kept an old version", "a:2 b:2 c:1", ["c"], true],
    ["another node that is dead", "a:2 b:2 c:1", ["b"], false],
    ["a node without a version", "a:1 b:1 c:", [], true],
    ["nobody who has a version", "a:", [], false],
    ["nobody who is up", "a:1 b:1", ["a", "b"], false],
  ];
  for (const [what, rows, down, expected] of CASES) {
    it(`is ${expected} for ${what}`, () => {
      expect(haveOneVersion(rowsOf(rows), new Set(down))).toBe(expected);
    });
  }
});
