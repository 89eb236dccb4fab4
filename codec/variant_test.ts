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

describe("a value that is cut down to what its type holds", () => {
  const instants: [text: string, stored: string][] = [
    ["2026-01-01T00:00:00.123456+00:00", "2026-01-01T00:00:00.123Z"],
    ["2026-01-01T00:00:00.123999999Z", "2026-01-01T00:00:00.123Z"],
    ["2026-01-31T23:59:59.999999Z", "2026-01-31T23:59:59.999Z"],
    ["2026-02-01T05:29:59.999999+05:30", "2026-01-31T23:59:59.999Z"],
    ["1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"],
    ["1969-12-31T23:59:59.0001Z", "1969-12-31T23:59:59.000Z"],
    ["-000001-12-31T23:59:59.9999Z", "-000001-12-31T23:59:59.999Z"],
    ["+292278994-08-17T07:12:55.8079Z", "+292278994-08-17T07:12:55.807Z"],
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
    [`2026-01-01T00:00:00.${"9".repeat(1000)}Z`, "2026-01-01T00:00:00.999Z"],
  ];
  const clocks: [text: string, stored: string][] = [
    ["12:00:00.1234567899", "12:00:00.123456789"],
    ["23:59:59.9999999999", "23:59:59.999999999"],
    ["00:00:00", "00:00:00.000000000"],
  ];
  for (const [kind, cases] of [["timestamp", instants], ["time", clocks]] as const) {
    const codec = variantCodecFor({ kind }, { truncated: true });
    for (const [text, stored] of cases) {
      const name = text.length > 40 ? `${text.slice(0, 24)}…` : text;
      it(`reads the ${kind} ${name} as ${stored}`, () => {
        for (const schema of [codec.input, codec.text]) {
          expect(decode(codec, codec.encode(schema.parse(text)))).toBe(stored);
        }
      });
    }
  }

  const refused: [kind: "timestamp" | "time" | "date", text: string][] = [
    ["timestamp", "-292275055-05-16T16:47:04.1919Z"],
    ["timestamp", "2016-12-31T23:59:60.5Z"],
    ["timestamp", "2026-01-01T00:00:00.123456"],
    ["timestamp", "2026-01-01T00:00:00.Z"],
    ["timestamp", "2026-01-01T00:00:00,123456Z"],
    ["time", "23:59:60.0000000001"],
    ["time", "12:00:00.1234567890Z"],
    ["date", "2026-01-01T00:00:00.123456Z"],
  ];
  for (const [kind, text] of refused) {
    it(`is not the ${kind} ${text}`, () => {
      const codec = variantCodecFor({ kind }, { truncated: true });
      expect(codec.input.safeParse(text).success).toBe(false);
      expect(codec.text.safeParse(text).success).toBe(false);
    });
  }

  it("is cut inside other types, and not elsewhere", () => {
    const times = { kind: "list", of: { kind: "timestamp" } } as const;
    const json = ["2026-01-01T00:00:00.123456Z"];
    expect(codecFor(times).input.safeParse(json).success).toBe(false);
    expect(codecFor(times).repeated?.safeParse(json).success).toBe(false);
    const codec = variantCodecFor(times, { truncated: true });
    for (const schema of [codec.input, codec.repeated!]) {
      expect(decode(codec, codec.encode(schema.parse(json)))).toEqual(["2026-01-01T00:00:00.123Z"]);
    }
    expect(codec.output.safeParse(json).success).toBe(false);
  });

  it("is known by its type", () => {
    const map = { kind: "map", key: { kind: "text" }, value: { kind: "time" } } as const;
    expect(codecFor(map).hasPrecision).toBe(true);
    expect(codecFor({ kind: "tuple", of: [{ kind: "date" }, map] }).hasPrecision).toBe(true);
    expect(codecFor({ kind: "list", of: { kind: "date" } }).hasPrecision).toBe(false);
    expect(codecFor({ kind: "duration" }).hasPrecision).toBe(false);
  });
});

describe("an IPv4-mapped address that is stored in sixteen bytes", () => {
  const bytes = Buffer.from("00000000000000000000ffffc0000201", "hex");
  const text = "::ffff:192.0.2.1";

  it("reads back as what it is, and is written as four", () => {
    const codec = codecFor({ kind: "inet" });
    expect(decode(codec, bytes)).toBe(text);
    expect(codec.output.safeParse(text).success).toBe(true);
    expect(codec.encode(codec.input.parse(text)).toString("hex")).toBe("c0000201");
  });

  it("is another key of a map than the four bytes, though a request may not hold both", () => {
    const { input, output } = codecFor({
      kind: "map",
      key: { kind: "inet" },
      value: { kind: "int" },
    });
    const both = { [text]: 1, "192.0.2.1": 2 };
    expect(output.safeParse(both).success).toBe(true);
    expect(input.safeParse(both).error?.issues[0]?.message).toContain("once, found");
  });
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

describe("bytes in another encoding", () => {
  const blob: CqlType = { kind: "blob" };
  const cases = {
    hex: {
      good: [["", ""], ["00ff", "00ff"], ["CAFEbabe", "cafebabe"]],
      bad: ["0", "0x00", "zz", "00 ", "00\n", "AA==", "٠٠"],
    },
    base64url: {
      good: [["", ""], ["_-8", "_-8"], ["yv66vg", "yv66vg"]],
      bad: ["yv66vg==", "/+8=", "/+8", "a", "yv66vh", "_-8\n", "_ -8"],
    },
  } as const;
  for (const encoding of ["hex", "base64url"] as const) {
    it(`${encoding} is read in its canonical form alone, in JSON and in text`, () => {
      const codec = variantCodecFor(blob, { encoding });
      const { good, bad } = cases[encoding];
      for (const [text, again] of good) {
        for (const schema of [codec.input, codec.text]) {
          const bytes = codec.encode(schema.parse(text));
          expect([text, decode(codec, bytes)]).toEqual([text, again]);
          expect(codec.output.safeParse(again).success).toBe(true);
        }
      }
      for (const text of bad) {
        expect([text, codec.text.safeParse(text).success]).toEqual([text, false]);
      }
    });
  }

  it("are bytes inside a collection as well, and leave other types alone", () => {
    const map: CqlType = { kind: "map", key: blob, value: { kind: "list", of: blob } };
    const codec = variantCodecFor(map, { encoding: "hex" });
    const json = { "00": ["ff", "0a"] };
    expect(decode(codec, codec.encode(codec.input.parse(json)))).toEqual(json);
    expect(codec.input.safeParse({ "AA==": [] }).success).toBe(false);
    expect(variantCodecFor({ kind: "text" }, { encoding: "hex" }).input.parse("é")).toBe("é");
  });
});
