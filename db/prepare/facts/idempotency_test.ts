import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { CqlType } from "../../../codec/codec.ts";
import { parseCql } from "../../../tests/support/cql/parse_cql.ts";
import type { Table } from "../../schema/table.ts";
import { isIdempotent } from "./idempotency.ts";

const TEXT: CqlType = { kind: "text" };

const TABLE: Table = {
  types: new Map<string, CqlType>([
    ["n", { kind: "int" }],
    ["s", { kind: "set", of: TEXT }],
    ["m", { kind: "map", key: TEXT, value: TEXT }],
    ["l", { kind: "list", of: TEXT }],
    ["c", { kind: "counter" }],
  ]),
  partitionKey: ["k"],
  clusteringKey: [],
  keys: new Set(["k"]),
  statics: new Set(),
  similarities: new Map(),
  indexedEntries: new Set(),
  viewKeys: new Set(),
  viewPartitionKeys: [],
};

function check(cql: string): boolean {
  return isIdempotent(parseCql(cql), [TABLE, TABLE, TABLE]);
}

describe("isIdempotent()", () => {
  const idempotent = [
    "SELECT now() FROM t WHERE k = :k",
    "INSERT INTO t (k, n) VALUES (:k, :n)",
    "INSERT INTO t (k, n) VALUES (:k, -1)",
    "UPDATE t SET n = :n WHERE k IN (:a, :b)",
    "UPDATE t SET s = s + :x WHERE k = :k",
    "UPDATE t SET s += :x, m[:key] = :v WHERE k = :k",
    "UPDATE t SET m = m - :keys WHERE k = :k",
    "UPDATE t SET l = [:a, :b] WHERE k = :k",
    "DELETE FROM t WHERE k = 'now()'",
    "DELETE m[:key] FROM t WHERE k = :k",
    "UPDATE t SET now = :now WHERE k = :k",
    "INSERT INTO now (k) VALUES (:k)",
    'INSERT INTO ks . "T" /* columns */ (k, n) VALUES (:k, :n)',
    "INSERT INTO t (k, n) VALUES (:k, (1, (int) :n)) USING TTL :ttl AND TIMESTAMP :at",
    "INSERT INTO t (k, n) values (:k, (frozen<tuple<int, text>>) (1, 'f(x)'))",
    "INSERT INTO t (k, n) VALUES (:k, abs(system.round(:n)))",
    "INSERT INTO t (k, n) VALUES (blob_as_text(:k), bigintAsBlob(:n))",
    "UPDATE t SET n = {a: fromJson(:n)} WHERE k = :k AND (a, b) IN ((:a, :b), (:c, :d))",
    "DELETE FROM t WHERE (a, b) > (:a, :b) AND token(k) > token(:k) AND n IN(:n)",
    "DELETE FROM t WHERE k = toDate(minTimeuuid(:k))",
    "BEGIN BATCH INSERT INTO t (k) VALUES (:k); INSERT INTO ks.u (k) VALUES (:k); APPLY BATCH",
    "INSERT INTO t (k, n) VALUES (123e4567-e89b-12d3-a456-426614174000, :n)",
    "UPDATE t SET n = :n WHERE k = abcdefab-abcd-abcd-abcd-abcdefabcdef",
    "UPDATE t SET n = 1 - 2, c = -1 WHERE k = -3",
    "UPDATE t SET n = CAST(:n AS int) WHERE k = 1h30m",
  ];
  for (const cql of idempotent) it(`repeats ${cql}`, () => expect(check(cql)).toBe(true));

  const not = [
    "INSERT INTO t (k, n) VALUES (now(), :n)",
    "INSERT INTO t (k, n) VALUES (:k, currentTimestamp())",
    "INSERT INTO t (k, n) VALUES (:k, f(:n))",
    "INSERT INTO t (k, n) VALUES (:k, (int) f (:n))",
    "INSERT INTO t (k, n) VALUES (:k, ks.abs(:n))",
    'INSERT INTO t (k, n) VALUES (:k, "ABS"(:n))',
    "INSERT INTO t (k, n) VALUES (:k, values(:n))",
    "INSERT INTO t (k, n) VALUES (:k, abs(system.uuid()))",
    "UPDATE t SET n = [f(:n)], s = {'f': f(:n)} WHERE k = :k",
    "UPDATE t SET m[f(:n)] = :v WHERE k = :k",
    "DELETE FROM t WHERE k = /* a call */ f /* of a function */ (:k)",
    "UPDATE t SET c = c + 1 WHERE k = :k",
    "UPDATE t SET c = c - :less WHERE k = :k",
    "UPDATE t SET l = l + :x WHERE k = :k",
    "UPDATE t SET l = :x + l WHERE k = :k",
    "UPDATE t SET l += :x WHERE k = :k",
    "UPDATE t SET l[:i] = :x WHERE k = :k",
    "DELETE l[0] FROM t WHERE k = :k",
    "UPDATE t SET c = c -1 WHERE k = :k",
    "UPDATE t SET c -= 1 WHERE k = 123e4567-e89b-12d3-a456-426614174000",
    "UPDATE t SET n = CAST(f(:n) AS int) WHERE k = :k",
    "INSERT INTO t JSON :row IF NOT EXISTS",
    "INSERT INTO t (k) VALUES (:k) IF NOT EXISTS",
    "BEGIN BATCH INSERT INTO t (k) VALUES (:k); DELETE FROM t WHERE k = 1 IF EXISTS; APPLY BATCH",
    "BEGIN COUNTER BATCH UPDATE u SET unknown = unknown + 1 WHERE k = :k; APPLY BATCH",
  ];
  for (const cql of not) {
    it(`does not repeat ${cql}`, () => {
      expect(parseCql(cql).kind).not.toBe("opaque");
      expect(check(cql)).toBe(false);
    });
  }

  const opaque = [
    "SELECT n FROM t WHERE k BETWEEN :a AND :b",
    "UPDATE t SET n = :n WHERE k BETWEEN :a AND :b",
  ];
  for (const cql of opaque) {
    it(`does not repeat ${cql}, which it cannot read`, () => expect(check(cql)).toBe(false));
  }
});
