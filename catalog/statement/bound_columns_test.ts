import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { bindingsOf } from "./bound_columns.ts";

describe("bindingsOf()", () => {
  for (
    const [cql, expected] of [
      ["SELECT a FROM t WHERE k = :k AND c > :c", ["k=k", "c~c"]],
      ["SELECT a FROM t WHERE k IN :ks AND \"Org\" = 'x'", ["k~ks", "Org~"]],
      ["SELECT a FROM t WHERE (k, c) > (:k, :c)", ["k,c~k,c"]],
      ["SELECT a FROM t WHERE (k, c) = (:k, f(:c))", ["k=k", "c~c"]],
      ["SELECT a FROM t WHERE (k, c) = :pair", ["k,c~pair"]],
      ["SELECT a FROM t WHERE k IN (:k) AND c IN (:c, :d)", ["k=k", "c~c,d"]],
      ["SELECT a FROM t WHERE token(k) > token(:k)", ["k~k"]],
      ["SELECT :x FROM t WHERE k = (text) :k LIMIT :n", ["k=k"]],
      ["INSERT INTO t (k, a, b) VALUES (:k, f(:a), 1)", ["k=k", "a~a", "b~"]],
      ["INSERT INTO t JSON :json", []],
      ["UPDATE t USING TTL :ttl SET a = :a, b += :b WHERE k = :k IF c = :c", ["a=a", "b~b", "k=k"]],
      ["DELETE a[:i] FROM t WHERE k = :k", ["k=k"]],
      [
        "BEGIN BATCH INSERT INTO t (k) VALUES (:k); UPDATE u SET a = :a WHERE k = :o; APPLY BATCH",
        ["k=k", "a=a", "k=o"],
      ],
    ] as const
  ) {
    it(`tells columns and markers of ${cql}`, () => {
      const found = bindingsOf(parseCql(cql)).map(({ columns, markers, isEqual }) =>
        `${columns}${isEqual ? "=" : "~"}${markers.map(({ name }) => name)}`
      );
      expect(found).toEqual([...expected]);
    });
  }
});
