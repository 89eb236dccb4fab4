import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { runAtOnce, type Steps } from "../../../runtime/steps.ts";
import { type Field, readFields } from "./read_fields.ts";
import { decodeLine, type Line } from "./read_lines.ts";
import { readRecords } from "./read_records.ts";

const encoder = new TextEncoder();

/** Records as `3: text`, or as `3! code`. */
async function recordsOf(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  maxBytes = 10,
): Promise<string[]> {
  const records: string[] = [];
  const body = ReadableStream.from(chunks);
  for await (const block of readRecords(body, { maxBytes, run: runAtOnce })) {
    // Records are valid until the next block.
    records.push(...block.map(describeRecord));
  }
  return records;
}

function describeRecord(each: Line): string {
  if ("error" in each) return `${each.line}! ${each.error.code}`;
  return `${each.line}: ${decodeLine(each.text, "The line")}`;
}

/** Each byte in a chunk of its own. */
function scattered(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

describe("readRecords()", () => {
  const cases: { name: string; text: string; records: string[] }[] = [
    { name: "nothing", text: "", records: [] },
    { name: "one record", text: "a,b\n", records: ["1: a,b"] },
    { name: "a last record without newline", text: "a\nb", records: ["1: a", "2: b"] },
    { name: "CRLF and LF", text: "a\r\nb\nc\r\n", records: ["1: a", "2: b", "3: c"] },
    { name: "a last carriage return", text: "a\r\nb\r", records: ["1: a", "2: b"] },
    { name: "empty lines", text: "\n\r\na\n\n\r\nb\n\n", records: ["3: a", "6: b"] },
    { name: "nothing but empty lines", text: "\n\r\n\n", records: [] },
    { name: "a record of a space", text: " \na\n", records: ["1:  ", "2: a"] },
    { name: "empty fields", text: ",\n,,\n", records: ["1: ,", "2: ,,"] },
    { name: "quotes", text: '"a",b\nc\n', records: ['1: "a",b', "2: c"] },
    { name: "an empty text", text: '""\n"",""\n', records: ['1: ""', '2: "",""'] },
    { name: "doubled quotes", text: '"a""b"\n""""\nc', records: ['1: "a""b"', '2: """"', "3: c"] },
    {
      name: "newlines in quotes",
      text: '"a\nb",c\nd\n"\r\n"\ne',
      records: ['1: "a\nb",c', "3: d", '4: "\r\n"', "6: e"],
    },
    { name: "commas in quotes", text: '",,",\n"a"\n', records: ['1: ",,",', '2: "a"'] },
    {
      name: "a quote inside a field",
      text: 'a"b\nc"\n"d"\n',
      records: ['1: a"b', '2: c"', '3: "d"'],
    },
    {
      name: "text after a closing quote",
      text: '"a"b"\n"c"d,"e\n"\nf\n',
      records: ['1: "a"b"', '2: "c"d,"e\n"', "4: f"],
    },
    {
      name: "a space before a quote",
      text: 'a, "b\nc\n',
      records: ['1: a, "b', "2: c"],
    },
    { name: "a quote that never closes", text: 'a\n"b\nc\n', records: ["1: a", '2: "b\nc\n'] },
    {
      name: "a quote that closes with the next one",
      text: '"a\n"b"\nc\n',
      records: ['1: "a\n"b"', "3: c"],
    },
    { name: "a record as long as it may be", text: "0123456789\n", records: ["1: 0123456789"] },
    {
      name: "a record too long",
      text: "a\n0123456789x\nb\n",
      records: ["1: a", "2! body_too_large", "3: b"],
    },
    {
      name: "a quoted record too long",
      text: 'a\n"012345\n\n678","x"\nb\n',
      records: ["1: a", "2! body_too_large", "5: b"],
    },
    {
      name: "a quote that never closes, and goes on for long",
      text: 'a\n"0123456789\n\n\n0123456789',
      records: ["1: a", "2! body_too_large"],
    },
    { name: "a byte order mark", text: "\uFEFFa\n\uFEFFb\n", records: ["1: a", "2: \uFEFFb"] },
    {
      name: "a byte order mark before a quote",
      text: '\uFEFF"a\nb"\nc',
      records: ['1: "a\nb"', "3: c"],
    },
    { name: "a byte order mark alone", text: "\uFEFF", records: [] },
    { name: "a byte order mark and an empty line", text: "\uFEFF\r\na", records: ["2: a"] },
    { name: "text that begins like a mark", text: "\uFF21\n", records: ["1: \uFF21"] },
    { name: "a second byte order mark", text: "\uFEFF\uFEFFa\n", records: ["1: \uFEFFa"] },
  ];
  for (const { name, text, records } of cases) {
    it(`reads ${name}`, async () => {
      expect(await recordsOf([encoder.encode(text)])).toEqual(records);
    });
    it(`reads ${name}, byte by byte`, async () => {
      expect(await recordsOf(scattered(encoder.encode(text)))).toEqual(records);
    });
    it(`reads ${name}, cut at each byte`, async () => {
      const bytes = encoder.encode(text);
      for (let at = 1; at < bytes.length; at++) {
        expect([at, await recordsOf([bytes.subarray(0, at), bytes.subarray(at)])])
          .toEqual([at, records]);
      }
    });
  }

  it("keeps bytes that only begin like a byte order mark", async () => {
    for (const begun of [[0xef], [0xef, 0xbb]]) {
      const bytes = Uint8Array.from(begun);
      for (const chunks of [[bytes], scattered(bytes)]) {
        const blocks: Line[] = [];
        for await (
          const block of readRecords(ReadableStream.from(chunks), { maxBytes: 10, run: runAtOnce })
        ) blocks.push(...block);
        expect(blocks).toHaveLength(1);
        expect(() => describeRecord(blocks[0]!)).toThrow("not UTF-8");
      }
    }
  });

  it("finds the same fields as another reader of CSV, however the bytes are cut", async () => {
    const field = fc.oneof(
      fc.constantFrom<Field>(
        null,
        "",
        "a",
        '"',
        '""',
        ",",
        "\n",
        "\r\n",
        "\r",
        " ",
        "é 🎉",
        "\uFEFF",
      ),
      fc.string({ unit: fc.constantFrom(...'ab",\n\r ') }),
    );
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    const text = (value: Field) => {
      if (value === null) return "";
      return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    };
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (rows, crlf, size) => {
          const csv = rows.map((row) => row.map(text).join(",") + (crlf ? "\r\n" : "\n")).join("");
          const bytes = encoder.encode(csv.replace(/^\uFEFF/, "x\uFEFF"));
          const chunks: Uint8Array<ArrayBuffer>[] = [];
          for (let at = 0; at < bytes.length; at += size) {
            chunks.push(
              bytes.subarray(at, at + size),
            );
          }
          const found: Field[][] = [];
          const records = readRecords(ReadableStream.from(chunks), {
            maxBytes: 1e6,
            run: runAtOnce,
          });
          for await (const block of records) {
            for (const each of block) {
              if ("error" in each) throw each.error;
              found.push(readFields(decodeLine(each.text, "The line"), null));
            }
          }
          const theirs: string[][] = parse(Buffer.from(bytes), { relax_column_count: true });
          expect(found.map((row) => row.map((each) => each ?? ""))).toEqual(theirs);
          if (!csv.startsWith("\uFEFF")) expect(found).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  for (const text of ["a\n", '"\n"\n', "\n", '"a""",b\n']) {
    it(`pauses often in a chunk of many short records, such as ${JSON.stringify(text)}`, async () => {
      let pauses = 0;
      // deno-lint-ignore require-await
      const run = async <Result>(steps: Steps<Result>): Promise<Result> => {
        for (;; pauses++) {
          const step = steps.next();
          if (step.done) return step.value;
        }
      };
      const chunk = encoder.encode(text.repeat(20_000));
      let records = 0;
      for await (const block of readRecords(ReadableStream.from([chunk]), { maxBytes: 10, run })) {
        records += block.length;
      }
      expect(records).toBe(text === "\n" ? 0 : 20_000);
      expect(pauses).toBeGreaterThan(30);
    });
  }

  it("keeps nothing of a quote that never closes", async () => {
    let given = 0;
    function* endless() {
      yield encoder.encode('a\n"');
      const chunk = encoder.encode('x,\n"" '.repeat(10_000));
      for (; given < 200; given++) yield chunk;
    }
    expect(await recordsOf(endless())).toEqual(["1: a", "2! body_too_large"]);
    expect(given).toBe(200);
  });
});
