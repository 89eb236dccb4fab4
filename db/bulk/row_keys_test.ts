import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { packRow } from "../../codec/packed/packed_rows.ts";
import { type KeyedRow, RowKeys } from "./row_keys.ts";

type Value = string | null | undefined;

/** The keys of rows, one after the other; the key is bound in the order `v, b, a, c`. */
function keysOf(...rows: readonly (readonly [a: Value, b: Value, c: Value])[]): KeyedRow[] {
  const keys = new RowKeys({ partition: [2, 1], row: [3] });
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
      const [one, other, again] = keysOf(...rows, rows[0]!) as [KeyedRow, KeyedRow, KeyedRow];
      const found = [
        one.partition === other.partition ? "partition" : [],
        one.row === other.row ? "row" : [],
      ].flat().join(" and ");
      expect(found || "nothing").toBe(same);
      expect([again.partition, again.row]).toEqual([one.partition, one.row]);
    });
  }

  it("adds up the bytes of all values", () => {
    expect(keysOf(["four", "é", null])[0]!.bytes).toBe("valuefour".length + 2 + "after".length);
  });

  it("takes a key of constants for the same in every row", () => {
    const keys = new RowKeys({ partition: [], row: [] });
    const [one, other] = ["a", "b"].map((value) => keys.keyed(packRow([Buffer.from(value)])));
    expect([one!.partition, one!.row]).toEqual([other!.partition, other!.row]);
  });
});
