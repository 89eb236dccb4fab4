import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { finish, Pace } from "../../runtime/steps.ts";
import { inOrder, SortKeys } from "./sort_by_key.ts";

function orderOf(keys: readonly string[]): readonly number[] | null {
  const sortKeys = new SortKeys();
  for (const key of keys) sortKeys.add(key);
  return finish(sortKeys.order(new Pace()));
}

describe("SortKeys.order()", () => {
  for (const count of [0, 1, 2, 63, 64, 65, 128, 1_000, 5_003]) {
    const all = Array.from({ length: count }, (_, index) => {
      const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
      return Buffer.from(new Uint32Array([mixed]).buffer).subarray(0, mixed % 5);
    });
    const keys = all.map((bytes) => bytes.toString("latin1"));

    it(`sorts ${count} members by the bytes of their keys`, () => {
      const given = [...all];
      expect(inOrder(all, orderOf(keys))).toEqual(all.toSorted(Buffer.compare));
      expect(all).toEqual(given);
    });

    it(`sorts nothing where ${count} members come in order`, () => {
      expect(orderOf(keys.toSorted())).toBe(null);
    });
  }

  it("sorts all where only the last one is out of order", () => {
    expect(orderOf(["b", "c", "c", "d", "a"])).toEqual([4, 0, 1, 2, 3]);
  });
});
