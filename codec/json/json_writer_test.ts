import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { JsonWriter } from "./json_writer.ts";

// The same values every time, but with FC_SEED=$RANDOM.
fc.configureGlobal({ seed: Number(Deno.env.get("FC_SEED") ?? 1) });

/** What is written, into too little room and after something else. */
function written(write: (out: JsonWriter) => void): string {
  const out = new JsonWriter(1);
  out.ascii("[");
  write(out);
  return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(out.view()).slice(1);
}

/** The numbers next to a double. */
function neighbours(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  return [bits - 1n, bits, bits + 1n].map((near) => {
    view.setBigInt64(0, near);
    return view.getFloat64(0);
  });
}

describe("JsonWriter.number()", () => {
  const expectText = (value: number) =>
    expect(written((out) => out.number(value))).toBe(String(value));

  it("writes the fewest digits that tell a number from others, as String() does", () => {
    const decimals = fc.record({
      digits: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
      scale: fc.integer({ min: 0, max: 12 }),
    }).map(({ digits, scale }) => digits / 10 ** scale);
    const any = fc.oneof(decimals, fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(any, (value) => {
        // Of the neighbours of a short number, none is short.
        for (const near of neighbours(value)) {
          if (Number.isFinite(near) && !Object.is(near, -0)) expectText(near);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  for (
    const value of [
      ...[0, 1, -1, 9, 10, 999_999_999, 1e9, 1_000_000_001, 2 ** 31, 2 ** 53, -(2 ** 53)],
      ...[1e14, 999_999_999_999_999, 1e15, 1e20, 1e21, 1e22, 1.5e300, Number.MAX_VALUE],
      ...[0.1, 0.5, -0.05, 0.0001, 0.00001, 1e-6, 1e-7, 5e-324, 123.4567, 123.45678],
      ...[0.1 + 0.2, 1 / 3, 99_999_999_999.9999, 999_999_999_999_999.5, 4.35, 1.005, -1016.2],
    ]
  ) {
    it(`writes ${value} as String() does`, () => expectText(value));
  }
});

describe("JsonWriter.integer()", () => {
  it("writes every safe integer", () => {
    const edges = [0, 9, 10, 99, 100, 2 ** 31, -(2 ** 31), 1e9 - 1, 1e9, Number.MAX_SAFE_INTEGER];
    const numbers = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges, -edges.at(-1)!));
    fc.assert(fc.property(numbers, (value) => {
      expect(written((out) => out.integer(value))).toBe(String(value));
    }));
  });
});

describe("JsonWriter.string()", () => {
  it("writes what JSON.stringify() makes of the text that the bytes are", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(text)),
      fc.string({ unit: "binary-ascii", maxLength: 100 }).map((text) => Buffer.from(text)),
      // Not all of it is UTF-8.
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(texts, (bytes) => {
        const frame = Buffer.concat([Buffer.from("x"), bytes, Buffer.from("y")]);
        for (const encoding of ["utf8", "latin1"] as const) {
          expect(written((out) => out.string(frame, 1, 1 + bytes.length, encoding)))
            .toBe(JSON.stringify(bytes.toString(encoding)));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("writes characters of any length, and a byte order mark", () => {
    for (
      const text of [
        ...[
          "\ufeffa",
          "a\ufeff",
          "é",
          "\u07ff\u0800",
          "\ud7ff\ue000",
          "\uffff",
          "\u{10000}\u{10ffff}",
        ],
        ...["東京都", "Zürich\n", "\u2028\u2029", `${"\u0001".repeat(100)}é`, '""""é\\'],
      ]
    ) {
      const bytes = Buffer.from(text);
      expect(written((out) => out.string(bytes, 0, bytes.length))).toBe(JSON.stringify(text));
    }
  });

  it("writes what a decoder makes of bytes that are not UTF-8", () => {
    for (
      const hex of [
        ...["80", "c080", "c1bf", "c3", "e9", "e08080", "e09fbf", "eda080", "edbfbf", "f0808080"],
        ...[
          "f08fbfbf",
          "f4908080",
          "f5808080",
          "ff",
          "e282",
          "f09f98",
          "c328",
          "e28228",
          "f09f9828",
        ],
      ]
    ) {
      const bytes = Buffer.from(`61${hex}62`, "hex");
      for (const end of [bytes.length, bytes.length - 1]) {
        expect([hex, written((out) => out.string(bytes, 0, end))])
          .toEqual([hex, JSON.stringify(bytes.toString("utf8", 0, end))]);
      }
    }
  });

  it("writes each character below 128", () => {
    for (let code = 0; code < 128; code++) {
      const bytes = Buffer.from([0x61, code]);
      expect(written((out) => out.string(bytes, 0, 2)))
        .toBe(JSON.stringify(bytes.toString("utf8")));
    }
  });
});

describe("JsonWriter", () => {
  it("writes text of any length and any characters", () => {
    for (const text of ["", "a", "x".repeat(1_000), "é", "😀".repeat(1_000), "\ufeffa"]) {
      expect(written((out) => out.text(text))).toBe(text);
    }
    for (const text of ["", "a", "b".repeat(47), "c".repeat(48), "d".repeat(49), "e".repeat(999)]) {
      expect(written((out) => out.ascii(text))).toBe(text);
      expect(written((out) => out.raw(Buffer.from(text)))).toBe(text);
      expect(written((out) => out.plainString(text))).toBe(`"${text}"`);
    }
  });

  it("hands over a copy of what is written", () => {
    const out = new JsonWriter();
    out.ascii("first");
    const first = out.take();
    out.ascii("other");
    expect([first, out.take()].map((bytes) => new TextDecoder().decode(bytes)))
      .toEqual(["first", "other"]);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it("hands over as many parts as are written, and keeps the rest", () => {
    const out = new JsonWriter(4);
    const parts = () => out.takeParts(3).map((bytes) => new TextDecoder().decode(bytes));
    expect(parts()).toEqual([]);
    out.ascii("abcdefgh");
    expect(parts()).toEqual(["abc", "def"]);
    out.ascii("i");
    expect(parts()).toEqual(["ghi"]);
    expect(out.at).toBe(0);
  });

  it("gives back the memory of a text that was very large", () => {
    const out = new JsonWriter();
    out.text("x".repeat(1_000_000));
    expect(out.bytes.length).toBeGreaterThan(1_000_000);
    out.clear();
    expect([out.at, out.bytes.length]).toEqual([0, 65_536]);
  });
});
