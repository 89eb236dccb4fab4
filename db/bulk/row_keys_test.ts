import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { packRow } from "../../codec/packed/packed_rows.ts";
import { type KeyedRow, RowKeys } from "./row_keys.ts";

type Value = string | null | undefined;

/** The key is bound in the order `v, b, a, c`. */
const KEY = { partition: [2, 1], row: [3] };

/** Rows with their keys, one after the other. */
function keyed(
  keys: RowKeys,
  rows: readonly (readonly [a: Value, b: Value, c: Value])[],
): KeyedRow[] {
  const bytes = (value: Value) => typeof value === "string" ? Buffer.from(value) : value;
  return rows.map(([a, b, c]) =>
    keys.keyed(packRow([Buffer.from("value"), ...[b, a, c].map(bytes), Buffer.from("after")]))
  );
}

describe("RowKeys", () => {
  const cases: [what: string, rows: [a: Value, b: Value, c: Value][], same: string][] = [
    ["equal values", [["x", "yz", "1"], ["x", "yz", "1"]], "partition and row"],
    ["rows of a partition", [["x", "yz", "1"], ["x", "yz", "2"]], "partition"],
    ["a row of each partition", [["x", "yz", "1"], ["x", "y", "1"]], "row"],
    ["values that are joined alike", [["x", "yz", "1"], ["xy", "z", "2"]], "nothing"],
    ["an empty value and another", [["", "x", ""], ["x", "", "x"]], "nothing"],
    ["values of equal length", [["aa", "b", "1"], ["ab", "b", "1"]], "row"],
    ["null and an empty value", [["", "", null], ["", "", ""]], "partition"],
    ["a null in the partition key", [[null, "", "1"], ["", "", "1"]], "row"],
    ["bytes beyond ASCII", [["é", "ê", "è"], ["é", "ê", "é"]], "partition"],
  ];
  for (const [what, rows, same] of cases) {
    it(`says of ${what} that ${same} is the same`, () => {
      const keys = new RowKeys(KEY);
      const [one, other, again] = keyed(keys, [...rows, rows[0]!]) as [
        KeyedRow,
        KeyedRow,
        KeyedRow,
      ];
      const found = [
        keys.partition(one) === keys.partition(other) ? "partition" : [],
        keys.row(one) === keys.row(other) ? "row" : [],
      ].flat().join(" and ");
      expect(found || "nothing").toBe(same);
      expect(keys.compare(one, other) === 0).toBe(keys.row(one) === keys.row(other));
      expect(keys.compare(one, other) + keys.compare(other, one)).toBe(0);
      expect([keys.partition(again), keys.row(again)]).toEqual([
        keys.partition(one),
        keys.row(one),
      ]);
      expect(keys.compare(one, again)).toBe(0);
    });
  }

  it("compares keys of several values that are bound side by side, and no others", () => {
    const rows = [["a", "1"], ["a", "2"], ["b", "1"], ["bb", "0"]].map((values) =>
      packRow([Buffer.from("p"), ...values.map((value) => Buffer.from(value))])
    );
    const signs = (row: number[]) => {
      const keys = new RowKeys({ partition: [0], row });
      const all = rows.map((each) => keys.keyed(each));
      return all.slice(1).map((each, index) => Math.sign(keys.compare(each, all[index]!)));
    };
    expect(signs([1, 2])).toEqual([1, 1, 1]);
    expect(signs([2, 1])).toEqual([0, 0, 0]);
    expect(signs([])).toEqual([0, 0, 0]);
  });

  it("adds up the bytes of all values", () => {
    const keys = new RowKeys(KEY);
    const [row] = keyed(keys, [["four", "é", null]]);
    expect(keys.size(row!)).toBe("valuefour".length + 2 + "after".length);
  });

  it("takes a key of constants for the same in every row", () => {
    const keys = new RowKeys({ partition: [], row: [] });
    const [one, other] = ["a", "b"].map((value) => keys.keyed(packRow([Buffer.from(value)])));
    expect([keys.partition(one!), keys.row(one!)])
      .toEqual([keys.partition(other!), keys.row(other!)]);
  });
});
