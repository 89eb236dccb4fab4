/**
 * A record of CSV is read in two ways: plain ones from their bytes, and the others as text that is checked like any
 * value of a URL.
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { unpackRow } from "../../../codec/packed/packed_rows.ts";
import { finish } from "../../../runtime/steps.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { factsOf } from "../../../tests/support/cql/input_facts.ts";
import { createSeeds } from "../../generate/seed.ts";
import { compileBulkInput, type LineInput } from "../compile_bulk_input.ts";
import type { OuterInput } from "../raw_input.ts";

const MEASURE = factsOf(
  `-- name: measure :exec
-- @bulk
-- @route POST /stations/{station_id}/measures
-- @scope stations:write
-- @param tenant in claim:tenant
-- @param day in bucket:at by=day
-- @param count? in body min=0
-- @param note? in body
-- @param code in body default="none" as=kind
-- @param ok? in body
INSERT INTO measures (tenant, station_id, day, at, value, count, note, code, tags, big, id, ok)
VALUES (:tenant, :station_id, :day, :at, :value, :count, :note, :code, :tags, :big, :id, :ok);`,
  {
    tenant: "text",
    station_id: "text",
    day: "text",
    at: "timestamp",
    value: "double",
    count: "int",
    note: "text",
    code: "text",
    tags: "blob",
    big: "bigint",
    id: "uuid",
    ok: "boolean",
  },
  { keys: ["tenant", "station_id", "day"], nullable: ["note", "count", "value"], by: "day" },
);

const OUTER: OuterInput = {
  path: { station_id: "hill" },
  claims: { tenant: "acme" },
  seeds: createSeeds(),
  query: new URLSearchParams(),
  headers: new Headers(),
};

const inputOf = compileBulkInput(MEASURE);

function linesUnder(...columns: string[]): LineInput {
  return inputOf(OUTER).ofCsv(columns);
}

function valuesIn(row: ReturnType<LineInput["readNow"]>): (string | null | undefined)[] | null {
  return row && unpackRow(row).map((value) => value ? value.toString("hex") : value);
}

/** The values of a record in both ways; null for the first where it gives up. */
function bothWays(record: string | Uint8Array, lines: LineInput): [unknown, unknown] {
  const [before, after] = ['x,"\n', '\n"y",'].map((text) => Buffer.from(text));
  const bytes = Buffer.concat([before!, Buffer.from(record as string), after!]);
  const range = { bytes, start: before!.length, end: bytes.length - after!.length };
  const now = valuesIn(lines.readNow(range, 1));
  try {
    return [now, valuesIn(finish(lines.read(range, 1)))];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const mistakes = error.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join();
    return [now, mistakes || error.detail];
  }
}

const ALL = ["at", "value", "tags", "big", "id"];
const AT = "2010-01-31T23:59:59.999Z";
const ID = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";
const PLAIN = `${AT},21.5,yv66vg==,12,${ID}`;

describe("a record of CSV", () => {
  const read: [what: string, record: string, ...more: string[]][] = [
    ["plain values", PLAIN],
    ["values in quotes", `"${AT}","21.5","yv66vg==","12","${ID}"`],
    ["null, where it may be", `${PLAIN},,`, "note", "count"],
    ["the empty text", `${PLAIN},""`, "note"],
    ["an empty field that has a default", `${PLAIN},`, "kind"],
    ["a value with a bound", `${PLAIN},0`, "count"],
    ["text with quotes, commas and ends of lines", `${PLAIN},"a ""b"", c\r\nd"`, "note"],
    ["doubled quotes in several fields", `${PLAIN},"""a""",,"""""b"`, "note", "count", "kind"],
    ["text that is not ASCII", `${PLAIN},é 漢 🎉 \uFEFF`, "note"],
    ["text that looks like escapes", `${PLAIN},a\\n\\`, "note"],
    ["spaces", `${PLAIN}, a `, "note"],
    ["empty bytes, and an exponent", `${AT},1.5e300,"",12,${ID}`],
    ["a special number, and a large one", `${AT},NaN,"",-9223372036854775808,${ID}`],
    ["a time with an offset", PLAIN.replace(AT, "2010-02-01T00:30:00+01:00")],
    ["columns without a name", `${PLAIN},,""`, "", ""],
  ];
  for (const [what, record, ...more] of read) {
    it(`is read in one step with ${what}`, () => {
      const [now, parsed] = bothWays(record, linesUnder(...ALL, ...more));
      expect(now).toEqual(parsed);
      expect(now).not.toBeNull();
    });
  }

  it("has its values in the order of the header", () => {
    const [now] = bothWays(PLAIN, linesUnder(...ALL));
    const fields = PLAIN.split(",");
    const order = [3, 0, 4, 2, 1];
    const lines = linesUnder(...order.map((index) => ALL[index]!));
    const shuffled = bothWays(order.map((index) => fields[index]).join(","), lines);
    expect(shuffled).toEqual([now, now]);
  });

  it("tells null, the empty text and a missing column apart", () => {
    const note = MEASURE.params.findIndex(({ param }) => param.name === "note");
    const kind = MEASURE.params.findIndex(({ param }) => param.name === "code");
    const found = [["", ""], ['""', '""'], ["x", "x"]].map(([one, other]) => {
      const [now] = bothWays(`${PLAIN},${one},${other}`, linesUnder(...ALL, "note", "kind"));
      return [(now as unknown[])[note], (now as unknown[])[kind]];
    });
    const none = Buffer.from("none").toString("hex");
    expect(found).toEqual([[null, none], ["", ""], ["78", "78"]]);
    const [without] = bothWays(PLAIN, linesUnder(...ALL));
    expect([(without as unknown[])[note], (without as unknown[])[kind]]).toEqual([undefined, none]);
  });

  it("is refused for an empty key of one column, and has the shortest others", () => {
    const facts = factsOf(
      `-- name: add :exec
-- @bulk
-- @route POST /notes
-- @public
INSERT INTO notes (id, note) VALUES (:id, :note);`,
      { id: "text", note: "text" },
      { keys: ["id"] },
    );
    const lines = compileBulkInput(facts)(OUTER).ofCsv(["id", "note"]);
    expect(bothWays('"",x', lines)).toEqual([null, "/body/id: Expected at least one byte"]);
    expect(bothWays(",x", lines)).toEqual([null, "/body/id: Required"]);
    expect(bothWays('a,""', lines)).toEqual([["61", ""], ["61", ""]]);
    const json = (text: string) => {
      const bytes = Buffer.from(text);
      const range = { bytes, start: 0, end: bytes.length };
      return valuesIn(compileBulkInput(facts)(OUTER).ofJson.readNow(range, 1));
    };
    expect([json('{"id":"","note":""}'), json('{"id":"a","note":""}')]).toEqual([null, ["61", ""]]);
  });

  it("has booleans as other programs write them", () => {
    const lines = linesUnder(...ALL, "ok", "note");
    const ok = MEASURE.params.findIndex(({ param }) => param.name === "ok");
    const found = ["true", "TRUE", "True", '"False"', "FALSE"].map((word) => {
      const [, parsed] = bothWays(`${PLAIN},${word},TRUE`, lines);
      return (parsed as string[])[ok];
    });
    expect(found).toEqual(["01", "01", "01", "00", "00"]);
    const [, refused] = bothWays(`${PLAIN},yes,x`, lines);
    expect(refused).toContain("/body/ok: Expected true or false");
    const note = MEASURE.params.findIndex(({ param }) => param.name === "note");
    const [, parsed] = bothWays(`${PLAIN},TRUE,TRUE`, lines);
    expect((parsed as string[])[note]).toBe(Buffer.from("TRUE").toString("hex"));
  });

  const left: [what: string, record: string | Uint8Array, outcome: string, ...more: string[]][] = [
    ["an empty field that has to hold a value", PLAIN.replace("12", ""), "/body/big: Required"],
    ["a value of another type", PLAIN.replace("21.5", "x"), "/body/value: Expected a number that"],
    [
      "a decimal comma in quotes",
      PLAIN.replace("21.5", '"21,5"'),
      "/body/value: Expected a number",
    ],
    ["an integer that would be rounded", PLAIN.replace("21.5", "9007199254740993"), "/body/value:"],
    ["a value below its bound", `${PLAIN},-1`, "/body/count: Expected a value at least 0", "count"],
    ["the empty text of a number", PLAIN.replace("12", '""'), "/body/big: Expected an integer"],
    ["two mistakes", `${AT},x,"",y,${ID}`, "/body/value: "],
    ["a time without a bucket", PLAIN.replace(AT, "+010000-01-01T00:00:00Z"), "/body/at: Expected"],
    ["bytes that are not base64", PLAIN.replace("yv66vg==", "yv66vg"), "/body/tags: Expected"],
    ["a field too few", PLAIN.replace(",12", ""), "The line has 4 fields"],
    ["a field too many", `${PLAIN},`, "The line has 6 fields, and the header line 5 columns"],
    ["a value without a name", `${PLAIN},1`, "Column 6 has a value, and no name in the header", ""],
    ["a quote inside a field", PLAIN.replace("yv", 'y"v'), 'Column 3, "tags", has a quote'],
    ["a quote that never closes", `${PLAIN},"x`, 'Column 6, "note", opens a quote', "note"],
    ["text after a quote", `"${AT}" ,1,"",12,${ID}`, 'Column 1, "at", goes on after'],
    ["a carriage return", `${PLAIN},a\rb`, 'Column 6, "note", has a carriage return', "note"],
    ["what is not UTF-8", Buffer.from(`${PLAIN},\xff`, "latin1"), "The line is not UTF-8", "note"],
    ["a byte order mark", `\uFEFF${PLAIN}`, "/body/at: Expected"],
  ];
  for (const [what, record, outcome, ...more] of left) {
    it(`is refused for ${what}`, () => {
      const [now, parsed] = bothWays(record, linesUnder(...ALL, ...more));
      expect(now).toBeNull();
      expect(parsed).toEqual(expect.stringContaining(outcome));
    });
  }

  it("is read the other way where it takes more than a step", () => {
    const long = `${PLAIN},"${'x""'.repeat(10_000)}"`;
    const [now, parsed] = bothWays(long, linesUnder(...ALL, "note"));
    expect(now).toBeNull();
    const note = MEASURE.params.findIndex(({ param }) => param.name === "note");
    expect((parsed as string[])[note]).toBe(Buffer.from('x"'.repeat(10_000)).toString("hex"));
  });

  it("is not read in two ways, whatever is written into it", () => {
    const part = fc.constantFrom(
      ...[",", '"', '""', "\r", "\n", " ", "\\", "", "null", "1", "-0.0", "1e400", "\uFEFF", "é"],
      ...[AT, ID, "yv66vg==", ',"",', ",,", '"a""b"', "NaN", "true", "\u0000"],
    );
    const edited = fc.tuple(
      fc.shuffledSubarray([AT, "21.5", "yv66vg==", "12", ID, '"x"', ""], { minLength: 5 }),
      fc.nat(90),
      fc.nat(3),
      part,
    ).map(([fields, at, length, text]) => {
      const record = [...PLAIN.split(","), ...fields.slice(0, 2)].join(",");
      return record.slice(0, at) + text + record.slice(at + length);
    });
    const lines = linesUnder(...ALL, "note", "kind");
    let reads = 0;
    fc.assert(
      fc.property(edited, (record) => {
        const [now, parsed] = bothWays(record, lines);
        if (now === null) return;
        reads++;
        expect([record, now]).toEqual([record, parsed]);
      }),
      { numRuns: 3_000 },
    );
    expect(reads).toBeGreaterThan(200);
  });
});

describe("the header line of CSV", () => {
  function mistakesIn(...columns: string[]): string[] {
    try {
      linesUnder(...columns);
      return [];
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      expect(error.code).toBe("invalid_input");
      return error.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`);
    }
  }

  const cases: [what: string, columns: string[], mistakes: string[]][] = [
    ["what has to be there", ALL, []],
    ["all columns, by the names that clients use", [...ALL, "note", "count", "kind"], []],
    ["columns without a name", ["", ...ALL, "", ""], []],
    ["a missing column", ALL.slice(1), ["/body/at: Required"]],
    ["a misspelt column", [...ALL, "notes"], [
      '/body/notes: Unknown, as column 6: did you mean "note"?',
    ]],
    ["a column by the name of its marker", [...ALL, "code"], ["/body/code: Unknown, as column 6:"]],
    ["another case", [...ALL, "Note"], [
      '/body/Note: Unknown, as column 6: did you mean "note"?',
    ]],
    ["a column that the path has", [...ALL, "station_id"], [
      "/body/station_id: Unknown, as column",
    ]],
    ["a column twice", [...ALL, "note", "id", "note"], [
      "/body/id: Expected the column once, found it as columns 5 and 7",
      "/body/note: Expected the column once, found it as columns 6 and 8",
    ]],
    ["an unknown column twice", [...ALL, "x", "x"], [
      "/body/x: Unknown, as column 6:",
      "/body/x: Expected the column once, found it as columns 6 and 7",
    ]],
    ["semicolons", [ALL.join(";")], [
      `/body/${ALL.join(";")}: Unknown, as column 1: separate the columns with commas`,
      ...ALL.map((name) => `/body/${name}: Required`),
    ]],
    ["a name of every object", [...ALL, "__proto__"], ["/body/__proto__: Unknown, as column 6:"]],
  ];
  for (const [what, columns, mistakes] of cases) {
    it(`${mistakes.length > 0 ? "is refused for" : "may have"} ${what}`, () => {
      const found = mistakesIn(...columns);
      expect(found).toEqual(mistakes.map((each) => expect.stringContaining(each)));
    });
  }

  it("is not answered with more mistakes than a person reads", () => {
    const columns = Array.from({ length: 10_000 }, (_, index) => `column ${index}`);
    expect(mistakesIn(...columns).length).toBeLessThan(110);
  });
});
