import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { pageShare } from "./page_share.ts";

const KIB = 1024;

const CASES: [streams: number, maxBytes: number, readsAhead: boolean][] = [
  [0, 512 * KIB, true],
  [1, 512 * KIB, true],
  [64, 512 * KIB, true],
  [65, Math.floor(32 * KIB * KIB / 65), false],
  [128, 256 * KIB, false],
  [512, 64 * KIB, false],
  [513, 64 * KIB, false],
  [100_000, 64 * KIB, false],
];

describe("pageShare()", () => {
  for (const [streams, maxBytes, readsAhead] of CASES) {
    it(`gives each of ${streams} streams ${maxBytes} bytes${readsAhead ? ", and a page ahead" : ""}`, () => {
      expect(pageShare(streams)).toEqual({ maxBytes, readsAhead });
    });
  }
});
