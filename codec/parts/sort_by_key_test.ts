import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { finish, Pace } from "../../runtime/steps.ts";
import { sortByKey } from "./sort_by_key.ts";

describe("sortByKey()", () => {
  for (const count of [0, 1, 2, 63, 64, 65, 128, 1_000, 5_003]) {
    it(`sorts ${count} members by the bytes of their keys`, () => {
      const all = Array.from({ length: count }, (_, index) => {
        const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
        const bytes = Buffer.from(new Uint32Array([mixed]).buffer).subarray(0, mixed % 5);
        return { bytes, sortKey: bytes.toString("latin1") };
      });
      const given = [...all];
      const sorted = finish(sortByKey(all, new Pace()));
      expect(sorted).toEqual(all.toSorted((one, other) => Buffer.compare(one.bytes, other.bytes)));
      expect(all).toEqual(given);
    });
  }
});
