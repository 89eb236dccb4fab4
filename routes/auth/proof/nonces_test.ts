import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createNonces, NONCE_WINDOW_MS } from "./nonces.ts";

const [OLD, NEW] = [1, 2].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array];

describe("createNonces()", () => {
  it("makes the same nonce in every process, for a window of time", () => {
    const at = (ms: number) => createNonces([OLD], () => ms).current();
    expect(at(0)).toBe(at(NONCE_WINDOW_MS - 1));
    expect(at(0)).not.toBe(at(NONCE_WINDOW_MS));
    expect(at(0)).not.toBe(createNonces([NEW], () => 0).current());
  });

  const CASES: readonly [ageMs: number, isTaken: boolean][] = [
    [-2 * NONCE_WINDOW_MS, false],
    [-NONCE_WINDOW_MS, true],
    [0, true],
    [NONCE_WINDOW_MS, true],
    [2 * NONCE_WINDOW_MS, false],
    [1_000 * NONCE_WINDOW_MS, false],
  ];
  for (const [ageMs, isTaken] of CASES) {
    it(`${isTaken ? "takes" : "refuses"} a nonce that is ${ageMs} ms old`, () => {
      const now = 1_000_000 * NONCE_WINDOW_MS;
      const nonce = createNonces([OLD], () => now - ageMs).current();
      const window = createNonces([OLD], () => now).windowOf(nonce);
      expect(window).toBe(isTaken ? 1_000_000 - ageMs / NONCE_WINDOW_MS : null);
    });
  }

  it("takes nonces of an old secret until it is gone", () => {
    const old = createNonces([OLD]).current();
    expect(createNonces([NEW, OLD]).windowOf(old)).not.toBeNull();
    expect(createNonces([NEW, OLD]).current()).toBe(createNonces([NEW]).current());
    expect(createNonces([NEW]).windowOf(old)).toBeNull();
  });

  it("refuses another spelling, and what is not a nonce", () => {
    const nonces = createNonces([OLD]);
    const nonce = nonces.current();
    const last = nonce.at(-1)!;
    // The last character has four bits that no byte holds.
    const spelt = nonce.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1);
    for (const text of [spelt, `${nonce}=`, ` ${nonce}`, nonce.slice(1), `${nonce}AA`, "", "a"]) {
      expect([text, nonces.windowOf(text)]).toEqual([text, null]);
    }
  });

  it("needs a secret", () => {
    expect(() => createNonces([])).toThrow(TypeError);
  });
});
