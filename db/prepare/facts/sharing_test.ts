import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Consistency } from "../../../catalog/query.ts";
import { parseCql } from "../../../tests/support/cql/parse_cql.ts";
import { isShared } from "./sharing.ts";

function check(cql: string, level: Consistency | null = null, coalesce = true): boolean {
  return isShared({ parsed: parseCql(cql), consistency: { level, serial: null }, coalesce });
}

describe("isShared()", () => {
  const shared = [
    "SELECT * FROM t WHERE k = :k",
    "SELECT JSON a, b FROM t WHERE k IN :ks ORDER BY c LIMIT :n",
    "SELECT now, uuid FROM t WHERE k = 'now()'",
    "SELECT count(*), count(a), sum(a), max(b), min(b), system.avg(a) FROM t WHERE k = :k",
    "SELECT writetime(a), ttl(a), toDate(minTimeuuid(at)) FROM t WHERE k = :k",
    "SELECT a FROM t WHERE k = :k ORDER BY v ANN OF :v LIMIT 3",
    "SELECT a FROM t WHERE token(k) > :start ALLOW FILTERING",
  ];
  for (const cql of shared) it(`is true for ${cql}`, () => expect(check(cql)).toBe(true));

  const alone = [
    "SELECT now() FROM t WHERE k = :k",
    "SELECT toDate(now()) AS today FROM t WHERE k = :k",
    "SELECT a, uuid() FROM t WHERE k = :k",
    "SELECT a FROM t WHERE k = :k AND at < currentTimestamp()",
    "SELECT a FROM t WHERE k = :k AND at < maxTimeuuid(toTimestamp(now()))",
    "SELECT a FROM t WHERE k = :k AND n IN (1, dice())",
    "SELECT dice(a) FROM t WHERE k = :k",
    "SELECT ks.sum(a) FROM t WHERE k = :k",
    "INSERT INTO t (k) VALUES (:k)",
    "UPDATE t SET a = 1 WHERE k = :k",
    "SELECT a FROM t WHERE k = :k VACUUM",
  ];
  for (const cql of alone) it(`is false for ${cql}`, () => expect(check(cql)).toBe(false));

  const read = "SELECT a FROM t WHERE k = :k";
  for (const level of ["ONE", "LOCAL_QUORUM", "EACH_QUORUM"] as const) {
    it(`is true at ${level}`, () => expect(check(read, level)).toBe(true));
  }
  for (const level of ["SERIAL", "LOCAL_SERIAL"] as const) {
    it(`is false at ${level}`, () => expect(check(read, level)).toBe(false));
  }

  it("is false with @coalesce off", () => expect(check(read, null, false)).toBe(false));
});
