import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { markerRoles } from "./roles.ts";

function rolesOf(cql: string): string[] {
  const file = { path: "test.cql", text: cql };
  const roles = markerRoles({ statementSpan: { file, start: 0, end: cql.length } });
  return roles.map(({ marker, role }) =>
    `${marker}: ${role.kind}${
      role.kind === "value" ? ` of ${role.column}${role.appended ? ", appended" : ""}` : ""
    }`
  );
}

describe("markerRoles()", () => {
  const cases: [name: string, cql: string, roles: string[]][] = [
    [
      "pairs the values of an INSERT with its columns",
      `INSERT INTO ks.t (a, "B", c) VALUES (:x, f(:y, 1), {'k': :z}) USING TTL :ttl`,
      ["x: value of a", "y: value of B", "z: value of c", "ttl: ttl"],
    ],
    [
      "takes a column called values for a column",
      "UPDATE t SET values = :v, a = a + :w WHERE k = :k IF b = :b",
      ["v: value of values", "w: value of a, appended", "k: restriction", "b: condition"],
    ],
    [
      "tells a subscript from the value that it is given",
      "UPDATE t USING TIMESTAMP :ts SET m[:key] = :value, n = :n WHERE k IN (:k)",
      ["ts: timestamp", "key: subscript", "value: value of m", "n: value of n", "k: restriction"],
    ],
    [
      "follows a SELECT through its clauses",
      "SELECT f(:x) FROM t WHERE a = :a ORDER BY v ANN OF :v PER PARTITION LIMIT :p LIMIT :l",
      ["x: other", "a: restriction", "v: other", "p: limit", "l: limit"],
    ],
    [
      "begins anew with each statement of a batch",
      "BEGIN BATCH INSERT INTO t (a) VALUES (:a); UPDATE u SET b = :b WHERE k = :k; " +
      "INSERT INTO v (c, d) VALUES (:c, :d) IF NOT EXISTS; DELETE FROM w WHERE k = :k2; APPLY BATCH",
      [
        "a: value of a",
        "b: value of b",
        "k: restriction",
        "c: value of c",
        "d: value of d",
        "k2: restriction",
      ],
    ],
    [
      "tells what each marker of USING is for, and columns that are called so",
      "UPDATE t USING TTL :x AND TIMESTAMP :y SET ttl = :t, timestamp = :u WHERE ttl = :k",
      ["x: ttl", "y: timestamp", "t: value of ttl", "u: value of timestamp", "k: restriction"],
    ],
    [
      "takes the timestamp of a whole batch for what it is",
      "BEGIN BATCH USING TIMESTAMP :at UPDATE t SET a = :a WHERE k = :k; APPLY BATCH",
      ["at: timestamp", "a: value of a", "k: restriction"],
    ],
    [
      "tells a whole list from one of its members",
      `SELECT a FROM t WHERE k in -- all\n :ks AND (c, d) IN :cds AND e IN (:e, :f) AND "IN" = :g`,
      ["ks: in", "cds: in", "e: restriction", "f: restriction", "g: restriction"],
    ],
    [
      "tells a list from a value in a condition",
      "DELETE FROM t WHERE k = :k IF a IN :as AND b IN (:b) AND c = :c",
      ["k: restriction", "as: in", "b: condition", "c: condition"],
    ],
    ["knows no column for a JSON insert", "INSERT INTO t JSON :doc", ["doc: other"]],
    ["skips strings and comments", "SELECT a FROM t WHERE a = ':x' -- :y\n AND b = :z", [
      "z: restriction",
    ]],
  ];
  for (const [name, cql, roles] of cases) {
    it(name, () => expect(rolesOf(cql)).toEqual(roles));
  }
});
