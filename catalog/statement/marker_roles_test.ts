import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { markerRoles } from "./marker_roles.ts";

function rolesOf(cql: string): string[] {
  return markerRoles(parseCql(cql)).map(({ marker, role }) =>
    `${marker.name}: ${role.kind}${"column" in role ? ` of ${role.column}` : ""}${
      role.kind === "value" && role.assignment !== "set" ? ` by ${role.assignment}` : ""
    }${role.kind === "restriction" && role.elementOf !== null ? ` of ${role.elementOf}[]` : ""}${
      role.kind === "condition" && role.equality ? " of equality" : ""
    }${role.kind === "part" && role.isField ? ", a field" : ""}`
  );
}

describe("markerRoles()", () => {
  const cases: [name: string, cql: string, roles: string[]][] = [
    [
      "pairs the values of an INSERT with its columns",
      `INSERT INTO ks.t (a, "B", c) VALUES (:x, f(:y, 1), {'k': :z}) USING TTL :ttl`,
      ["x: value of a", "y: part of B", "z: part of c", "ttl: ttl"],
    ],
    [
      "takes a column called values for a column",
      "UPDATE t SET values = :v, a = a + :w WHERE k = :k IF b = :b",
      [
        "v: value of values",
        "w: value of a by add",
        "k: restriction",
        "b: condition of equality",
      ],
    ],
    [
      "tells a subscript from the value that it is given",
      "UPDATE t USING TIMESTAMP :ts SET m[:key] = :value, n = :n WHERE k IN (:k)",
      [
        "ts: timestamp",
        "key: subscript of m",
        "value: value of m by element",
        "n: value of n",
        "k: restriction",
      ],
    ],
    [
      "tells an entry that is searched for from a whole value",
      "SELECT a FROM t WHERE k = :k AND m[:key] = :value AND n CONTAINS :n",
      ["k: restriction", "key: restriction of m[]", "value: restriction of m[]", "n: restriction"],
    ],
    [
      "tells a key that is deleted from the key of the row",
      "DELETE m[:key], n[:at] FROM t WHERE k = :k",
      ["key: subscript of m", "at: subscript of n", "k: restriction"],
    ],
    [
      "finds what is compared with tokens",
      "SELECT a FROM t WHERE token(k, l) > token(:k, :l) AND token(k, l) <= :end",
      ["k: token", "l: token", "end: token"],
    ],
    [
      "follows a SELECT through its clauses",
      "SELECT f(:x) FROM t WHERE a = :a ORDER BY v ANN OF :v PER PARTITION LIMIT :p LIMIT :l",
      ["x: other", "a: restriction", "v: ann of v", "p: limit", "l: limit"],
    ],
    [
      "begins again with each statement of a batch",
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
      ["k: restriction", "as: in", "b: condition", "c: condition of equality"],
    ],
    [
      "tells a condition that takes null from one that does not",
      "DELETE FROM t WHERE k = :k IF a != :a AND b >= :b AND c > :c AND d[1] = :d",
      [
        "k: restriction",
        "a: condition of equality",
        "b: condition",
        "c: condition",
        "d: condition of equality",
      ],
    ],
    [
      "tells a whole value from a part of one",
      "INSERT INTO t (a, b, c, d) VALUES ((:x, :y), (int) :z * 2, {street: :s}, :d)",
      [
        "x: part of a, a field",
        "y: part of a, a field",
        "z: part of b",
        "s: part of c, a field",
        "d: value of d",
      ],
    ],
    [
      "tells them apart where they are assigned, too",
      "UPDATE t SET a = :x + a, b = b - :y, c += :z, d = :w * 2, e = e + [:v], f.g = :u, " +
      "h = (int) :q, i = (int) :p * 2 WHERE k = 1 IF a = 1",
      [
        "x: value of a by prepend",
        "y: value of b by subtract",
        "z: value of c by add",
        "w: part of d",
        "v: part of e",
        "u: value of f by field",
        "q: value of h",
        "p: part of i",
      ],
    ],
    [
      "tells a field, or a member of a tuple, from other parts",
      "INSERT INTO t (a, b, c, d, e) VALUES ({street: :x, zip: (int) :y, size: :z * 2}, (:t, f(:u)), " +
      "{place: {street: :v}, pair: (:w, 1)}, {'k': :m}, (:e))",
      [
        "x: part of a, a field",
        "y: part of a, a field",
        "z: part of a",
        "t: part of b, a field",
        "u: part of b",
        "v: part of c, a field",
        "w: part of c, a field",
        "m: part of d",
        "e: part of e",
      ],
    ],
    [
      "tells a field that is compared from what takes no null",
      "UPDATE t SET a = 1 WHERE k = (:r, 1) IF b = {street: :x, zip: [:y]} AND c != (:t, 1) AND d < (:u, 1)",
      [
        "r: restriction",
        "x: condition of equality",
        "y: condition",
        "t: condition of equality",
        "u: condition",
      ],
    ],
    [
      "tells a whole vector to search for from its parts",
      "SELECT a FROM t ORDER BY v ANN OF (vector<float, 2>) :v LIMIT :l",
      ["v: ann of v", "l: limit"],
    ],
    [
      "finds the parts of a vector to search for",
      "SELECT a FROM t ORDER BY v ANN OF [:x, :y] LIMIT 2",
      ["x: part of v", "y: part of v"],
    ],
    [
      "takes words for names where they begin nothing",
      'BEGIN BATCH INSERT INTO values (id, "order") VALUES (:id, (int) :o); ' +
      "UPDATE g SET group = :g, n = :n WHERE k = :k; APPLY BATCH",
      [
        "id: value of id",
        "o: value of order",
        "g: value of group",
        "n: value of n",
        "k: restriction",
      ],
    ],
    ["knows no column for a JSON insert", "INSERT INTO t JSON :doc", ["doc: other"]],
    ["skips strings and comments", "SELECT a FROM t WHERE a = ':x' -- :y\n AND b = :z", [
      "z: restriction",
    ]],
  ];
  for (const [name, cql, roles] of cases) {
    it(name, () => expect(rolesOf(cql)).toEqual(roles));
  }

  it("says in which statement of a batch a marker stands", () => {
    const cql = "BEGIN BATCH USING TIMESTAMP :at INSERT INTO t (a) VALUES (:a) " +
      "UPDATE u SET b = :b WHERE k = :k; DELETE FROM w WHERE k = :k; APPLY BATCH";
    expect(markerRoles(parseCql(cql)).map(({ marker, statement }) => `${marker.name} ${statement}`))
      .toEqual(["at 0", "a 0", "b 1", "k 1", "k 2"]);
  });
});
