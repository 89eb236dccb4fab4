import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { Codec, CqlType } from "./codec.ts";
import { codecFor, variantCodecFor } from "./codec_for.ts";
import { encodeVarint } from "./parts/varint.ts";
import { MAX_COMPUTED_BYTES, NumberTooLongError } from "./variant.ts";

function decimalBytes(unscaled: bigint, scale: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(scale);
  return Buffer.concat([head, encodeVarint(unscaled)]);
}

function decode(codec: Codec, bytes: Buffer): unknown {
  return codec.decode(bytes, 0, bytes.length);
}

describe("a number that is stored beyond what a request can hold", () => {
  const cases: [kind: "decimal" | "varint", bytes: Buffer, text: string][] = [
    ["decimal", decimalBytes(1n, -5_000_000), "1E+5000000"],
    ["decimal", decimalBytes(-125n, 5_000_000), "-1.25E-4999998"],
    ["decimal", decimalBytes(0n, -(2 ** 31)), "0E+2147483648"],
    ["decimal", decimalBytes(1n, 2 ** 31 - 1), "1E-2147483647"],
    ["decimal", decimalBytes(10n ** 20_000n + 1n, 3), `1${"0".repeat(19_997)}.001`],
    ["varint", encodeVarint(10n ** 20_000n), `1${"0".repeat(20_000)}`],
  ];
  for (const [kind, bytes, text] of cases) {
    const name = text.length > 40 ? `${text.slice(0, 4)}…${text.slice(-4)}` : text;
    it(`reads back as ${name}, and is refused in a request`, () => {
      const codec = codecFor({ kind });
      expect(decode(codec, bytes)).toBe(text);
      expect(codec.output.safeParse(text).success).toBe(true);
      expect(codec.input.safeParse(text).success).toBe(false);
      expect(codec.text.safeParse(text).success).toBe(false);
      const list = codecFor({ kind: "list", of: { kind } });
      expect(list.output.safeParse([text]).success).toBe(true);
      expect(list.input.safeParse([text]).success).toBe(false);
      const map = codecFor({ kind: "map", key: { kind }, value: { kind: "int" } });
      expect(map.output.safeParse({ [text]: 1 }).success).toBe(true);
      expect(map.input.safeParse({ [text]: 1 }).success).toBe(false);
    });
  }
});

describe("a number that the server works out", () => {
  const longest = (2n ** BigInt(8 * (MAX_COMPUTED_BYTES - 4))) / 4n;
  const types: [CqlType, (bytes: Buffer) => Buffer][] = [
    [{ kind: "decimal" }, (bytes) => bytes],
    [{ kind: "list", of: { kind: "decimal" } }, (bytes) => {
      const head = Buffer.alloc(8);
      head.writeInt32BE(1);
      head.writeInt32BE(bytes.length, 4);
      return Buffer.concat([head, bytes]);
    }],
  ];
  for (const [type, wrap] of types) {
    const codec = variantCodecFor(type, { computed: true });
    it(`is printed as ${codec.cql} while it is not too long`, () => {
      expect(String(decode(codec, wrap(decimalBytes(longest, 0))))).toBe(String(longest));
      const tooLong = wrap(decimalBytes(longest << 16n, 0));
      expect(() => decode(codec, tooLong)).toThrow(NumberTooLongError);
      // As it would be if it were stored.
      expect(String(decode(codecFor(type), tooLong))).toBe(String(longest << 16n));
    });
  }

  it("is known by its type", () => {
    const udt = {
      kind: "udt",
      name: "u",
      fields: [{ name: "a", type: { kind: "varint" } }],
    } as const;
    expect(codecFor(udt).isUnbounded).toBe(true);
    expect(codecFor({ kind: "map", key: { kind: "decimal" }, value: udt }).isUnbounded).toBe(true);
    expect(codecFor({ kind: "list", of: { kind: "bigint" } }).isUnbounded).toBe(false);
  });
});
