import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import tokenizers from "cassandra-driver/lib/tokenizer.js";
import { Buffer } from "node:buffer";
import { murmur3 } from "./murmur3.ts";

const { Murmur3Tokenizer } = tokenizers as unknown as {
  Murmur3Tokenizer: new () => { hash(key: Buffer): { toString(): string } };
};

function tokenOf(key: Buffer): string {
  const { high, low } = murmur3(key);
  return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0)));
}

describe("murmur3()", () => {
  const tokenizer = new Murmur3Tokenizer();

  // As `SELECT token(key)` answers.
  const KNOWN: [string, string][] = [
    ["", "0"],
    ["a", "-8839064797231613815"],
    ["hello", "-3758069500696749310"],
    ["ü", tokenizer.hash(Buffer.from("ü")).toString()],
  ];
  for (const [text, token] of KNOWN) {
    it(`is ${token} for "${text}"`, () => expect(tokenOf(Buffer.from(text))).toBe(token));
  }

  it("is what the driver works out, for keys of all lengths and bytes of both signs", () => {
    for (let length = 0; length <= 100; length++) {
      for (let round = 0; round < 5; round++) {
        const key = Buffer.from(crypto.getRandomValues(new Uint8Array(length)));
        expect([key.toString("hex"), tokenOf(key)])
          .toEqual([key.toString("hex"), tokenizer.hash(key).toString()]);
      }
    }
    for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
      for (let length = 0; length <= 40; length++) {
        const key = Buffer.alloc(length, byte);
        expect(tokenOf(key)).toBe(tokenizer.hash(key).toString());
      }
    }
  });
});
