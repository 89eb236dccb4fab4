import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { GrowingBytes } from "./growing_bytes.ts";

describe("GrowingBytes", () => {
  it("keeps copies of its pieces, in order", () => {
    const bytes = new GrowingBytes();
    const piece = new Uint8Array(100);
    for (let index = 0; index < 50; index++) bytes.append(piece.fill(index));
    const expected = Array.from({ length: 5000 }, (_, index) => Math.floor(index / 100));
    expect([...bytes.view()]).toEqual(expected);
  });

  it("takes at most twice the room of what is in it", () => {
    const bytes = new GrowingBytes();
    for (let index = 0; index < 10_000; index++) bytes.append(Uint8Array.of(1));
    bytes.append(new Uint8Array(100_000));
    expect(bytes.view().buffer.byteLength).toBeLessThanOrEqual(2 * bytes.length);
  });

  it("begins again when it is cleared, and gives back a large buffer", () => {
    const bytes = new GrowingBytes();
    bytes.append(new Uint8Array(1_000_000));
    bytes.clear();
    bytes.append(Uint8Array.of(7));
    expect([...bytes.view()]).toEqual([7]);
    expect(bytes.view().buffer.byteLength).toBeLessThan(1_000);
  });
});
