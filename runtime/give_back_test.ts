import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { giveBack } from "./give_back.ts";

describe("giveBack()", () => {
  it("empties bytes that have a buffer to themselves", () => {
    const bytes = new Uint8Array(10);
    giveBack(bytes);
    expect(bytes.buffer.detached).toBe(true);
    expect(bytes.length).toBe(0);
  });

  it("leaves a buffer alone that others may use", () => {
    const all = Uint8Array.of(1, 2, 3);
    giveBack(all.subarray(0, 2));
    giveBack(all.subarray(1));
    expect([...all]).toEqual([1, 2, 3]);
  });
});
