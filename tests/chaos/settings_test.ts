import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readSettings } from "./settings.ts";

describe("readSettings()", () => {
  it("reads a seed, the short form and durations", () => {
    expect(readSettings(["--short", "--seed", "12", "--limit", "4m"])).toEqual({
      seed: 12,
      isShort: true,
      soakMs: null,
      limitMs: 240_000,
    });
    expect(readSettings(["--soak", "90s"])).toMatchObject({ isShort: false, soakMs: 90_000 });
  });

  it("rejects what it cannot read", () => {
    for (const seed of ["", "x", "1.5", "1e3", "0x1", "1234567890"]) {
      expect(() => readSettings([`--seed=${seed}`])).toThrow(`the seed "${seed}"`);
    }
    for (const text of ["4", "m", "4h", "1.5m", "4 m"]) {
      expect(() => readSettings([`--limit=${text}`])).toThrow(`the duration "${text}"`);
    }
    expect(() => readSettings(["--sort"])).toThrow("--sort");
  });
});
