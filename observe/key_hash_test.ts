import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createKeyHash } from "./key_hash.ts";

const KEY = new TextEncoder().encode("acme");

describe("createKeyHash()", () => {
  it("gives the same short hash for the same key and secret", () => {
    const [one, other] = [1, 1].map((fill) => createKeyHash(new Uint8Array(32).fill(fill)));
    expect(one!(KEY)).toBe(other!(KEY));
    expect(one!(KEY)).toMatch(/^[\w-]{16}$/);
  });

  it("gives another hash for another key, and with another secret", () => {
    const hash = createKeyHash(new Uint8Array(32));
    expect(hash(new TextEncoder().encode("acmf"))).not.toBe(hash(KEY));
    expect(createKeyHash(new Uint8Array(32).fill(1))(KEY)).not.toBe(hash(KEY));
  });
});
