import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { CqlType } from "../../codec/codec.ts";
import { isIdempotent } from "./idempotency.ts";

const KINDS: Record<string, CqlType["kind"]> = {
  n: "int",
  s: "set",
  m: "map",
  l: "list",
  c: "counter",
};

function check(cql: string, conditional = false): boolean {
  const file = { path: "test.cql", text: cql };
  const verb = cql.slice(0, 6).toLowerCase() as "select" | "insert" | "update" | "delete";
  const statementSpan = { file, start: 0, end: cql.length };
  return isIdempotent({ verb, conditional, statementSpan }, (column) => KINDS[column] ?? null);
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
    "UPDATE t SET c = c - :by WHERE k = :k",
    "UPDATE t SET l = l + :x WHERE k = :k",
    "UPDATE t SET l = :x + l WHERE k = :k",
    "UPDATE t SET l += :x WHERE k = :k",
    "UPDATE t SET l[:i] = :x WHERE k = :k",
    "DELETE l[0] FROM t WHERE k = :k",
    "BEGIN COUNTER BATCH UPDATE u SET unknown = unknown + 1 WHERE k = :k; APPLY BATCH",
  ];
  for (const cql of not) it(`does not repeat ${cql}`, () => expect(check(cql)).toBe(false));

  it("does not repeat a lightweight transaction", () => {
    expect(check("INSERT INTO t (k) VALUES (:k) IF NOT EXISTS", true)).toBe(false);
  });
});
