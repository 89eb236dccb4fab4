import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parse } from "csv-parse/sync";
import type { Row } from "../../../db/prepare/rows/read_rows.ts";
import { csvPieces, csvText, ROW_FORMATS, type RowColumn } from "./row_format.ts";

const CSV = ROW_FORMATS["text/csv"];
const NDJSON = ROW_FORMATS["application/x-ndjson"];

const WORD: RowColumn = { name: "word", nullable: true };
const ID: RowColumn = { name: "id", nullable: false };

function csv(columns: readonly RowColumn[], rows: readonly Row[]): string {
  return CSV.begin(columns) + csvText(rows, columns);
}

/** The records after the header, as a reader of another language has them. */
async function readByPython(text: string): Promise<Record<string, string>[]> {
  const script = `import csv, json, sys
text = open(sys.argv[1], newline="", encoding="utf-8")
print(json.dumps(list(csv.DictReader(text, strict=True))))`;
  return await runPython(script, text) as Record<string, string>[];
}

/** How many of the texts such a reader finds a quote open in. */
async function refusedByPython(texts: readonly string[]): Promise<number> {
  const script = `import csv, io, json, sys
def is_open(text):
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return str(error) == "unexpected end of data"
print(sum(map(is_open, json.load(open(sys.argv[1], encoding="utf-8")))))`;
  return await runPython(script, JSON.stringify(texts)) as number;
}

/** The JSON that a script prints of a file. */
async function runPython(script: string, content: string): Promise<unknown> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, content);
    const { success, stdout, stderr } = await new Deno.Command("python3", {
      args: ["-c", script, file],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(file);
  }
}

function thrownBy(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
}

describe("csvPieces()", () => {
  const long = "x".repeat(50_000);
  const members = Array.from({ length: 20_000 }, (_, index) => `member ${index}`);
  const columns = [WORD, ID];

  it("gives the same records as csvText()", () => {
    const rows = [
      { word: `"${long}`, id: 1 },
      { word: null, id: members },
      { word: long, id: '"' },
      { word: '"'.repeat(50_000), id: "" },
      { word: "a", id: null },
    ];
    const pieces = [...csvPieces(rows, columns)];
    expect(parse(pieces.join(""))).toEqual(parse(csvText(rows, columns)));
    expect(pieces.length).toBeGreaterThan(10);
    const single = [{ word: long }, { word: null }];
    expect(parse([...csvPieces(single, [WORD])].join(""))).toEqual([[long, ""], ["", ""]]);
  });
});

describe("CSV", () => {
  it("has a line of two fields for each row of a single column, which may be null", () => {
    const rows = [{ word: "a" }, { word: null }, { word: "" }, { word: "b" }, { word: null }];
    expect(csv([WORD], rows)).toBe('word,\r\na,\r\n,\r\n"",\r\nb,\r\n,\r\n');
  });

  it("has one field where the single column is never null", () => {
    expect(csv([ID], [{ id: "a" }, { id: "" }])).toBe('id\r\na\r\n""\r\n');
  });

  it("has no empty line, even for a null if none can be", () => {
    expect(csv([ID], [{ id: null }, {}])).toBe('id\r\n""\r\n""\r\n');
  });

  it("is only a header without rows", () => {
    expect([csv([WORD], []), csv([ID, WORD], [])]).toEqual(["word,\r\n", "id,word\r\n"]);
  });

  const READ: [what: string, columns: RowColumn[], rows: Row[]][] = [
    ["nulls of a single column", [WORD], [
      { word: null },
      { word: "a" },
      { word: null },
      { word: "" },
      { word: null },
    ]],
    ["a null in the first column, and in all", [WORD, { name: "n", nullable: true }], [
      { word: null, n: 1 },
      { word: null, n: null },
      { word: "", n: null },
    ]],
    ["names that need quotes", [{ name: 'a "b", c', nullable: true }, ID], [
      { 'a "b", c': "x", id: "y" },
    ]],
    ["text that needs quotes", [WORD], [
      { word: 'say "hi"' },
      { word: "a,b" },
      { word: "a\r\nb" },
      { word: "\r" },
      { word: "\n" },
      { word: '"' },
      { word: "," },
      { word: " a " },
      { word: "=1+1" },
      { word: "\ufeffa" },
      { word: "\\" },
      { word: "#" },
    ]],
    ["no rows", [WORD], []],
  ];
  for (const [what, columns, rows] of READ) {
    it(`is read by others without loss: ${what}`, async () => {
      const text = csv(columns, rows);
      const expected = rows.map((row) =>
        columns.map(({ name }) => row[name] === null ? "" : String(row[name]))
      );
      const names = columns.map(({ name }) => name);
      const valuesOf = (records: readonly Record<string, string>[]) =>
        records.map((record) => names.map((name) => record[name]));
      expect(valuesOf(await readByPython(text))).toEqual(expected);
      for (const skip_empty_lines of [true, false]) {
        const records = parse(text, { columns: true, skip_empty_lines });
        expect(valuesOf(records as Record<string, string>[])).toEqual(expected);
      }
    });
  }

  it("keeps null apart from an empty string, for readers that see quotes", () => {
    const rows = [{ word: null }, { word: "" }, { word: "null" }];
    const seen = parse(csv([WORD], rows), {
      from_line: 2,
      cast: (value, { quoting }) => value === "" && !quoting ? null : value,
    });
    expect((seen as unknown[][]).map(([word]) => word)).toEqual([null, "", "null"]);
  });

  it("is taken for whole by no reader wherever a failure ended it", async () => {
    const columns = [WORD, ID];
    const rows = [
      { word: "a", id: "b" },
      { word: 'say "hi", é\r\n', id: '"' },
      { word: null, id: "" },
      { word: "", id: [1, "x"] },
      { word: "last", id: "plain" },
    ];
    const bytes = new TextEncoder().encode(csv(columns, rows));
    const texts: string[] = [];
    for (let end = 0; end <= bytes.length; end++) {
      const unfinished = CSV.unfinished();
      // In two pieces, which end anywhere.
      const middle = end >> 1;
      for (const piece of [bytes.slice(0, middle), bytes.slice(middle, end)]) {
        unfinished.follow!(piece);
      }
      texts.push(new TextDecoder().decode(bytes.slice(0, end)) + unfinished.text());
    }
    for (const text of texts) {
      const thrown = thrownBy(() => parse(text, { relax_column_count: true }));
      // The other code is for a quote that is followed by half of the end of a line.
      const code = expect.stringMatching(/^CSV_(QUOTE_NOT_CLOSED|INVALID_CLOSING_QUOTE)$/);
      expect([text, thrown]).toEqual([text, expect.objectContaining({ code })]);
    }
    expect(await refusedByPython(texts)).toBe(texts.length);
  });

  it("has collections as JSON", () => {
    const [[value] = []] = parse(csv([WORD], [{ word: { a: [1, "x"] } }]), { from_line: 2 });
    expect(JSON.parse(value!)).toEqual({ a: [1, "x"] });
  });
});

describe("NDJSON", () => {
  it("is taken for whole by no reader wherever a failure ended it", () => {
    const line = '{"a":"b, \\" {","c":[{}]}\n';
    const { text } = NDJSON.unfinished();
    for (let end = 0; end <= line.length; end++) {
      const lines = (line.slice(0, end) + text()).split("\n");
      expect(() => lines.map((each) => JSON.parse(each))).toThrow();
    }
  });
});
