import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { finish, Pace } from "../../runtime/steps.ts";
import { sortBytes } from "./sort_bytes.ts";

describe("sortBytes()", () => {
  for (const count of [0, 1, 2, 63, 64, 65, 128, 1_000, 5_003]) {
    it(`sorts ${count} byte strings by their unsigned bytes`, () => {
      const all = Array.from({ length: count }, (_, index) => {
        const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
        return Buffer.from(new Uint32Array([mixed]).buffer).subarray(0, mixed % 5);
      });
      const given = [...all];
      const sorted = finish(sortBytes(all, new Pace()));
      expect(sorted).toEqual(all.toSorted(Buffer.compare));
      expect(all).toEqual(given);
    });
  }
});
