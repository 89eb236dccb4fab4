import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { bindsArguments } from "./bound_arguments.ts";

describe("bindsArguments()", () => {
  const CASES: readonly (readonly [cql: string, binds: boolean])[] = [
    ["UPDATE t SET a = fromJson(:a) WHERE k = 1", true],
    ["UPDATE t SET a = [fromJson((text) ?)] WHERE k = 1", true],
    ["UPDATE t SET a = 1 / :a WHERE k = 1", true],
    ["SELECT floor(at, :width) FROM t WHERE k = :k", true],
    ["BEGIN BATCH DELETE FROM t WHERE k = :k; DELETE FROM t WHERE k = f(:k); APPLY BATCH", true],
    ["UPDATE t SET a = fromJson(':a'), b = [:b] -- f(:k)\n WHERE k = :k", false],
    ["SELECT floor(at, -1h) FROM t WHERE k = :k LIMIT :rows", false],
    ["SOMETHING NEW = 1", true],
    ["", true],
  ];
  for (const [cql, binds] of CASES) {
    it(`is ${binds} for "${cql}"`, () => expect(bindsArguments(cql)).toBe(binds));
  }

  it("looks at the operators alone where one has failed", () => {
    expect(bindsArguments("SELECT a / (int) :b FROM t", ["arithmetic"])).toBe(true);
    expect(bindsArguments("SELECT a / b, f(:c) FROM t", ["arithmetic"])).toBe(false);
  });
});
