import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { SpentProofs } from "./spent_proofs.ts";

describe("SpentProofs", () => {
  it("takes a proof once, and the id of another key or window as another proof", () => {
    const spent = new SpentProofs();
    const proof = { window: 5, caller: "ada", key: "a", jti: "1" };
    expect(spent.spend(proof)).toBe(true);
    expect(spent.spend(proof)).toBe(false);
    expect(spent.spend({ ...proof, jti: "2" })).toBe(true);
    expect(spent.spend({ ...proof, key: "b" })).toBe(true);
    expect(spent.spend({ ...proof, window: 6 })).toBe(true);
    expect(spent.spend(proof)).toBe(false);
  });

  it("remembers a proof as long as its nonce is taken, whatever the clocks of replicas say", () => {
    const spent = new SpentProofs();
    const proof = { window: 5, caller: "ada", key: "a", jti: "1" };
    expect(spent.spend(proof)).toBe(true);
    // By the clock here it is window 6, which takes nonces of 5 and, of a clock ahead, of 7.
    expect(spent.spend({ window: 7, caller: "ada", key: "a", jti: "2" })).toBe(true);
    expect(spent.spend(proof)).toBe(false);
  });

  it("refuses more than a caller's share, whatever its keys, until earlier ones are forgotten", () => {
    const spent = new SpentProofs({ max: 10, maxPerCaller: 2 });
    const ada = { window: 1, caller: "ada" };
    for (const key of ["a", "b"]) expect(spent.spend({ ...ada, key, jti: "1" })).toBe(true);
    expect(() => spent.spend({ ...ada, key: "c", jti: "1" }))
      .toThrow(expect.objectContaining({ code: "too_many_in_flight" }));
    expect(spent.spend({ ...ada, key: "a", jti: "1" })).toBe(false);
    expect(spent.spend({ ...ada, caller: "bob", key: "b", jti: "3" })).toBe(true);
    expect(spent.spend({ ...ada, window: 2, key: "a", jti: "3" })).toBe(true);
  });

  it("refuses proofs rather than forget one that could come again", () => {
    const spent = new SpentProofs({ max: 3, maxPerCaller: 2 });
    for (const key of ["a", "b", "c"]) spent.spend({ window: 1, caller: key, key, jti: "1" });
    expect(() => spent.spend({ window: 1, caller: "d", key: "d", jti: "1" }))
      .toThrow(expect.objectContaining({ code: "too_busy" }));
    expect(spent.spend({ window: 1, caller: "a", key: "a", jti: "1" })).toBe(false);
    // Nonces of window 1 are not taken any more.
    for (const key of ["a", "b", "c"]) {
      expect(spent.spend({ window: 4, caller: key, key, jti: "1" })).toBe(true);
    }
  });

  it("leaves room for others, however many proofs a few callers use", () => {
    const spent = new SpentProofs({ max: 1_000, maxPerCaller: 250 });
    const windows = [1, 2, 3];
    const greedy = ["a", "b", "c", "d", "e"];
    for (let jti = 0; jti < 300; jti++) {
      for (const window of windows) {
        for (const caller of greedy) {
          try {
            spent.spend({ window, caller, key: "k", jti: `${jti}` });
          } catch (error) {
            expect(error).toMatchObject({ code: "too_many_in_flight" });
          }
        }
      }
    }
    const others = Array.from({ length: 30 }, (_, index) => `other ${index}`);
    for (const caller of others) {
      expect(spent.spend({ window: 3, caller, key: "k", jti: "1" })).toBe(true);
    }
  });
});
