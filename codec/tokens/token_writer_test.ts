import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import type { PrimitiveKind } from "../codec.ts";
import { codecFor } from "../codec_for.ts";
import { parseJson } from "../json/parse_json.ts";
import { RowPacker, unpackRow } from "../packed/packed_rows.ts";
import { Token, type TokenWriter } from "./token.ts";
import { textTokenWriterOf, tokenWriterOf } from "./token_writer.ts";

/** The bytes that a writer makes of a JSON text, with other text around it; null if it does not take it. */
function written(kind: PrimitiveKind, json: string): Buffer | null {
  return writtenBy(tokenWriterOf(kind)!, { before: '{"a":', value: json, after: ',"b":12345678}' });
}

/** The same for a field of CSV. */
function writtenText(kind: PrimitiveKind, text: string): Buffer | null {
  return writtenBy(textTokenWriterOf(kind)!, { before: "1,", value: text, after: ",12345678" });
}

function writtenBy(
  write: TokenWriter,
  { before, value, after }: { before: string; value: string; after: string },
): Buffer | null {
  const token = new Token();
  token.bytes = Buffer.from(before + value + after);
  token.set(before.length, before.length + Buffer.byteLength(value));
  const packer = new RowPacker();
  packer.begin(1);
  return write(token, packer) ? unpackRow(packer.end())[0]! : null;
}

/** The bytes that the codec makes of it; null if it refuses it. */
function encoded(kind: PrimitiveKind, json: string): Buffer | null {
  const { input, encode } = codecFor({ kind });
  let value: unknown;
  try {
    value = parseJson(json);
  } catch {
    return null;
  }
  const read = input.safeParse(value);
  return read.success ? encode(read.data) : null;
}

/** What is plain is taken; what is not is left, whether it is a mistake or not. */
const CASES: Readonly<
  Partial<Record<PrimitiveKind, { readonly plain: string[]; readonly left: string[] }>>
> = {
  ascii: { plain: ['""', '"a"', '"a b\x7f"'], left: ['"é"', '"\\n"', "1", "null", '"'] },
  text: {
    plain: ['""', '"a"', '"é 漢 🎉"', `"${"x".repeat(70_000)}"`],
    left: ['"\\u00e9"', '"a\\"b"', "1", "null", "[]", "true"],
  },
  boolean: { plain: ["true", "false"], left: ["True", "truex", "tru", '"true"', "1", "null"] },
  int: {
    plain: ["0", "7", "-1", "2147483647", "-2147483648"],
    left: ["-0", "2147483648", "-2147483649", "1.0", "1e2", "01", "-", "+1", '"1"', "--1", "1-"],
  },
  smallint: { plain: ["0", "32767", "-32768"], left: ["32768", "-32769", "-0", "0.5"] },
  tinyint: { plain: ["0", "127", "-128"], left: ["128", "-129", "-0", "1."] },
  bigint: {
    plain: [
      ...["0", "-1", "4294967296", "-4294967296", "-4294967297", "999999999999999"],
      ...['"0"', '"-0"', '"007"', '"-1"', '"999999999999999"', '"1000000000000000"'],
      ...['"123456789012345678"', '"-999999999999999999"', '"000000000000000001"'],
    ],
    left: [
      ...["-0", "9007199254740993", "1.0", '"9223372036854775807"', '"9223372036854775808"'],
      ...['""', '"-"', '"1.0"', '"1e2"', '"+1"', '" 1"', '"12345678x012345678"', "null"],
    ],
  },
  double: {
    plain: [
      ...[
        "0",
        "-0",
        "0.0",
        "-0.0",
        "1",
        "1.0",
        "21.5",
        "-19.9",
        "0.1",
        "100.10",
        "1234567.89012345",
      ],
      ...["999999999999999", "0.00000000000001", "8.41", "1.005", "-8.100000000000001"],
      ...[
        "0.12345678901234567",
        "9007199254740993.5",
        "9007199254740993.0",
        "0.0000000000000000000001",
      ],
    ],
    left: [
      "1e2",
      "1.",
      ".5",
      "01",
      "-",
      "0123",
      "1234567890123456",
      '"NaN"',
      "1,5",
      "1.2.3",
      "--1",
    ],
  },
  float: {
    plain: ["0", "-0", "0.1", "16777216", "-16777216", "21.5", "123456789.5", "16777216.0"],
    left: ["16777217", "16777217.0", "1e2", '"NaN"', "9007199254740993"],
  },
  timestamp: {
    plain: [
      ...['"2010-01-01T00:00:00Z"', '"1969-12-31T23:59:59.999Z"', '"0000-01-01T00:00:00.000Z"'],
      ...['"2024-02-29T12:30:45.678Z"', '"9999-12-31T23:59:59.999Z"', '"0000-02-29T00:00:00Z"'],
    ],
    left: [
      ...[
        '"2010-01-01T00:00:00.000z"',
        '"2010-01-01t00:00:00.000Z"',
        '"2010-01-01T00:00:00.0000Z"',
      ],
      ...['"2010-01-01T00:00:00+01:00"', '"2010-02-29T00:00:00Z"', '"2010-13-01T00:00:00Z"'],
      ...['"2010-00-01T00:00:00Z"', '"2010-01-00T00:00:00Z"', '"2010-01-01T24:00:00Z"'],
      ...['"2010-01-01T00:60:00Z"', '"2010-01-01T00:00:60Z"', '"2010-01-01 00:00:00Z"'],
      ...['"-010-01-01T00:00:00Z"', '"2010-1--01T00:00:00Z"', '"+010000-01-01T00:00Z"', "1"],
      ...['"2010-01-01T00:00:00,000Z"', '"1900-02-29T00:00:00Z"', '"2010-01-01T00:00:0 Z"'],
    ],
  },
  date: {
    plain: ['"2010-01-01"', '"0000-01-01"', '"9999-12-31"', '"2024-02-29"', '"1969-12-31"'],
    left: [
      '"2023-02-29"',
      '"2010-1-001"',
      '"-2010-01-0"',
      '"2010-01-32"',
      "20100101",
      '"2010/01/01"',
    ],
  },
  uuid: {
    plain: ['"f81d4fae-7dec-41d0-a765-00a0c91e6bf6"', '"F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"'],
    left: [
      ...['"f81d4fae-7dec-41d0-a765-00a0c91e6bf"', '"g81d4fae-7dec-41d0-a765-00a0c91e6bf6"'],
      ...['"f81d4fae07dec-41d0-a765-00a0c91e6bf6"', '"f81d4fae-7dec-41d0-a765000a0c91e6bf6"'],
    ],
  },
  timeuuid: {
    plain: ['"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"'],
    left: ['"f81d4fae-7dec-41d0-a765-00a0c91e6bf6"'],
  },
};

describe("tokenWriterOf()", () => {
  for (
    const [kind, { plain, left }] of Object.entries(CASES) as [
      PrimitiveKind,
      typeof CASES["int"] & object,
    ][]
  ) {
    it(`takes plain values of ${kind}, and writes what the codec does`, () => {
      for (const json of plain) {
        const bytes = written(kind, json);
        expect([json, bytes?.toString("hex")]).toEqual([
          json,
          encoded(kind, json)!.toString("hex"),
        ]);
      }
    });

    it(`leaves other values of ${kind} to the codec`, () => {
      for (const json of left) expect([json, written(kind, json)]).toEqual([json, null]);
    });
  }

  it("takes no value that the codec refuses, and none in another way", () => {
    const kinds = Object.keys(CASES) as PrimitiveKind[];
    const digits = fc.stringMatching(/^-?\d{0,19}(\.\d{0,18})?(e-?\d)?$/);
    const time = fc.tuple(
      fc.date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
      fc.integer({ min: 0, max: 25 }),
      fc.constantFrom(..."0123456789TZ:-+. "),
    ).map(([date, at, character]) => {
      const text = date.toISOString();
      return text.slice(0, at) + character + text.slice(at + 1);
    });
    const values = fc.oneof(
      digits,
      digits.map((text) => `"${text}"`),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.integer().map((cents) => String(cents / 100)),
      fc.date({ noInvalidDate: true }).map((date) => JSON.stringify(date)),
      time.map((text) => `"${text}"`),
      time.map((text) => `"${text.slice(0, 10)}"`),
      fc.uuid().map((text) => `"${text}"`),
      fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text)),
      fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map((value) => `"${value}"`),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), values, (kind, json) => {
        const bytes = written(kind, json);
        if (bytes === null) return;
        taken++;
        expect([json, bytes.toString("hex")]).toEqual([json, encoded(kind, json)?.toString("hex")]);
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it("has none for types whose values it would have to understand", () => {
    const kinds = ["decimal", "varint", "blob", "list", "toString"];
    expect(kinds.map(tokenWriterOf)).toEqual(kinds.map(() => null));
    expect(kinds.map(textTokenWriterOf)).toEqual(kinds.map(() => null));
  });
});

/** What stands between the quotes of a JSON string, or a number as it is. */
function textOf(json: string): string {
  return json.startsWith('"') && json.endsWith('"') && json.length > 1 ? json.slice(1, -1) : json;
}

describe("textTokenWriterOf()", () => {
  for (const [kind, { plain, left }] of Object.entries(CASES)) {
    it(`takes plain values of ${kind} as the codec does, and no others`, () => {
      const codec = codecFor({ kind: kind as PrimitiveKind });
      for (const text of [...plain, ...left].map(textOf)) {
        const read = codec.text.safeParse(text);
        const bytes = writtenText(kind as PrimitiveKind, text);
        if (bytes === null) continue;
        expect([text, bytes.toString("hex")])
          .toEqual([text, read.success ? codec.encode(read.data).toString("hex") : "refused"]);
      }
      const taken = plain.filter((json) => writtenText(kind as PrimitiveKind, textOf(json)));
      expect(taken.length).toBeGreaterThan(0);
    });
  }

  const texts = ['a\\b "c" \n\u0000', "", "é 漢 🎉", "null"];
  it("takes text with quotes, backslashes and control characters as it is", () => {
    for (const text of texts) expect(writtenText("text", text)?.toString()).toBe(text);
  });

  it("takes no value that the codec refuses, and none in another way", () => {
    const kinds = Object.keys(CASES) as PrimitiveKind[];
    const values = fc.oneof(
      fc.stringMatching(/^-?\d{0,19}(\.\d{0,18})?(e-?\d)?$/),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
      fc.uuid(),
      fc.uuid({ version: 1 }),
      fc.boolean().map(String),
      fc.string({ unit: "grapheme" }),
      fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), values, (kind, text) => {
        const bytes = writtenText(kind, text);
        if (bytes === null) return;
        taken++;
        const { text: schema, encode } = codecFor({ kind });
        expect([text, bytes.toString("hex")])
          .toEqual([text, encode(schema.parse(text)).toString("hex")]);
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});
