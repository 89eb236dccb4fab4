import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verb } from "../query.ts";
import { innerStatements } from "./inner_statements.ts";

function split(cql: string, verb: Verb = "batch"): string[] {
  const file = { path: "test.cql", text: cql };
  return innerStatements({ verb, statementSpan: { file, start: 0, end: cql.length } })
    .map(({ start, end }) => cql.slice(start, end));
}

describe("innerStatements()", () => {
  it("finds each statement of a batch", () => {
    expect(split(
      "BEGIN UNLOGGED BATCH USING TIMESTAMP :at\n" +
        "INSERT INTO t (a) VALUES ('; DELETE');\n-- DELETE FROM no;\n" +
        "update u SET b = {'x': 1} WHERE k = :k ; DELETE c FROM v WHERE k = 1 APPLY BATCH",
    )).toEqual([
      "INSERT INTO t (a) VALUES ('; DELETE')",
      "update u SET b = {'x': 1} WHERE k = :k",
      "DELETE c FROM v WHERE k = 1",
    ]);
  });

  it("needs no semicolon between them", () => {
    expect(split("BEGIN BATCH INSERT INTO t (a) VALUES (1) DELETE FROM t WHERE a = 2 APPLY BATCH"))
      .toEqual(["INSERT INTO t (a) VALUES (1)", "DELETE FROM t WHERE a = 2"]);
  });

  it("takes any other statement whole", () => {
    expect(split("SELECT a FROM t", "select")).toEqual(["SELECT a FROM t"]);
  });

  it("finds none in an empty batch", () => {
    expect(split("BEGIN BATCH APPLY BATCH")).toEqual([]);
  });
});
