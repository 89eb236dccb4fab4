import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verb } from "../query.ts";
import { selectors } from "./select_list.ts";

function read(cql: string, verb: Verb = "select"): string[] | null {
  const file = { path: "test.cql", text: cql };
  const found = selectors({ verb, statementSpan: { file, start: 0, end: cql.length } });
  return found?.map(({ tokens, isRenamed }) =>
    `${tokens.map(({ text }) => text).join(" ")}${isRenamed ? " (renamed)" : ""}`
  ) ?? null;
}

describe("selectors()", () => {
  it("finds each, without its alias", () => {
    expect(
      read(`SELECT a, "B" AS b, max(c) AS "Most", f(d, [1, 2]), m['x'], CAST(e AS text) FROM t`),
    )
      .toEqual([
        "a",
        '"B" (renamed)',
        "max ( c ) (renamed)",
        "f ( d , [ 1 , 2 ] )",
        "m [ 'x' ]",
        "CAST ( e AS text )",
      ]);
  });

  it("does not take DISTINCT for a column", () => {
    expect(read("SELECT DISTINCT a, -- FROM\n b FROM t")).toEqual(["a", "b"]);
  });

  it("takes a column called json or distinct for one", () => {
    expect(read("SELECT json, json AS id FROM t")).toEqual(["json", "json (renamed)"]);
    expect(read("SELECT distinct FROM t")).toEqual(["distinct"]);
  });

  for (const cql of ["SELECT * FROM t", "SELECT JSON a, b FROM t"]) {
    it(`finds none in ${cql}`, () => expect(read(cql)).toBeNull());
  }

  it("finds none in another statement", () => {
    expect(read("DELETE FROM t WHERE a = 1", "delete")).toBeNull();
  });
});
