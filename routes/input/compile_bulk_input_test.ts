import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { type PackedRow, unpackRow } from "../../codec/packed/packed_rows.ts";
import { finish } from "../../runtime/steps.ts";
import { unpackValues } from "../../db/prepare/packed_values.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { factsOf } from "../../tests/support/cql/input_facts.ts";
import { createSeeds } from "../generate/seed.ts";
import { type BulkInput, compileBulkInput } from "./compile_bulk_input.ts";
import type { OuterInput } from "./raw_input.ts";
import { parseLine } from "./read_entries.ts";

const MEASURE = factsOf(
  `-- name: measure :exec
-- @bulk
-- @route POST /stations/{station_id}/measures
-- @scope stations:write
-- @param tenant in claim:tenant
-- @param day in bucket:at by=day
-- @param keep in query default=60 max=1000
-- @param count? in body min=0
-- @param note? in body
-- @param code in body default="none"
INSERT INTO measures (tenant, station_id, day, at, value, count, note, code, tags)
VALUES (:tenant, :station_id, :day, :at, :value, :count, :note, :code, :tags) USING TTL :keep;`,
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
    keep: "int",
  },
  { keys: ["tenant", "station_id", "day"], nullable: ["note", "count", "value"], by: "day" },
);

function outer(query = ""): OuterInput {
  return {
    path: { station_id: "hill" },
    claims: { tenant: "acme" },
    seeds: createSeeds(),
    query: new URLSearchParams(query),
    headers: new Headers(),
  };
}

const encoder = new TextEncoder();

/** Reads a line as it stands among others. */
function readLine(input: BulkInput, json: string): PackedRow | null {
  const [before, line] = ["{}\n", json].map((text) => encoder.encode(text));
  const bytes = Buffer.concat([before!, line!, encoder.encode("\n{}")]);
  return input.ofJson.readNow(
    { bytes, start: before!.length, end: before!.length + line!.length },
    1,
  );
}

/** Reads a line as any body is read. */
function readParsed(input: BulkInput, json: string): PackedRow {
  const bytes = encoder.encode(json);
  return finish(input.readBody(finish(parseLine({ bytes, start: 0, end: bytes.length }, 1)), 1));
}

function hexOf(row: PackedRow): (string | null | undefined)[] {
  return unpackRow(row).map((value) => value ? value.toString("hex") : value);
}

/** The values of a line in both ways; null for the first where it gives up. */
function bothWays(json: string, input = compileBulkInput(MEASURE)(outer())): unknown[] {
  const now = readLine(input, json);
  try {
    return [now && hexOf(now), hexOf(readParsed(input, json))];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return [now && hexOf(now), error.code];
  }
}

const AT = '"at":"2010-01-31T23:59:59.999Z"';
const PLAIN = `{${AT},"value":21.5,"tags":"yv66vg=="}`;

describe("compileBulkInput()", () => {
  it("reads what all inputs share once, and each body by itself", () => {
    const input = compileBulkInput(MEASURE)(outer("keep=7"));
    for (const [json, note] of [[PLAIN, undefined], [PLAIN.replace("{", '{"note":"x",'), "x"]]) {
      const values = unpackValues(MEASURE, readLine(input, json!)!);
      expect(values.tenant?.toString()).toBe("acme");
      expect(values.station_id?.toString()).toBe("hill");
      expect(values.day?.toString()).toBe("2010-01-31");
      expect(values.keep?.readInt32BE()).toBe(7);
      expect(values.note?.toString()).toBe(note);
      expect(values.code?.toString()).toBe("none");
    }
  });

  it("refuses what is wrong for all of them before the first", () => {
    expect(() => compileBulkInput(MEASURE)(outer("keep=x"))).toThrow("does not fit");
    const headers = new Headers({ "if-none-match": "*" });
    expect(() => compileBulkInput(MEASURE)({ ...outer(), headers })).toThrow("If-None-Match");
  });

  const read: [what: string, json: string][] = [
    ["plain values", PLAIN],
    ["white space", ` { ${AT} ,\t"value" : 1 , "tags":"" } \r`],
    ["members in another order", `{"tags":"","value":-0.0,"note":"n",${AT}}`],
    ["null, where it may be", `{${AT},"value":null,"note":null,"tags":""}`],
    ["a value with a bound", `{${AT},"value":1,"count":0,"tags":""}`],
    ["an escape in text", `{${AT},"value":1,"note":"a\\n\\u00e9\\"","tags":""}`],
    ["text that is not ASCII", `{${AT},"value":1,"note":"é 漢 🎉","tags":""}`],
    ["many digits", `{${AT},"value":0.1234567890123456789,"tags":""}`],
    ["an exponent, and a special number", `{${AT},"value":1.5e300,"tags":""}`],
    ["a time with an offset", `{"at":"2010-02-01T00:30:00+01:00","value":1,"tags":""}`],
    ["text that looks like JSON", `{${AT},"value":1,"note":"{\\"at\\":1},[","tags":""}`],
  ];
  for (const [what, json] of read) {
    it(`reads ${what} in one step`, () => {
      const [now, parsed] = bothWays(json);
      expect(now).toEqual(parsed);
      expect(now).not.toBeNull();
    });
  }

  const left: [what: string, json: string, outcome: unknown][] = [
    ["a member that is missing", `{${AT},"tags":""}`, "invalid_input"],
    ["a member that is not known", PLAIN.replace("{", '{"x":1,'), "invalid_input"],
    ["a member named twice", `{${AT},"value":1,"tags":"","value":2}`, "malformed_request"],
    [
      "a member named twice by an escape",
      `{${AT},"value":1,"v\\u0061lue":2,"tags":""}`,
      "malformed_request",
    ],
    ["a name with an escape", `{${AT},"v\\u0061lue":2,"tags":""}`, expect.any(Array)],
    ["a name that begins like another", `{${AT},"value":1,"tags":"","no":1}`, "invalid_input"],
    ["null, where it may not be", `{"at":null,"value":1,"tags":""}`, "invalid_input"],
    ["a value below its bound", `{${AT},"value":1,"count":-1,"tags":""}`, "invalid_input"],
    ["a value of another type", `{${AT},"value":"1","tags":""}`, "invalid_input"],
    [
      "an integer that would be rounded",
      `{${AT},"value":9007199254740993,"tags":""}`,
      "invalid_input",
    ],
    [
      "a time without a bucket",
      `{"at":"+010000-01-01T00:00:00Z","value":1,"tags":""}`,
      "invalid_input",
    ],
    ["a lone surrogate", `{${AT},"value":1,"note":"\\ud800","tags":""}`, "invalid_input"],
    ["an array", "[]", "malformed_request"],
    ["nothing", "{}", "invalid_input"],
    ["two objects", `${PLAIN}${PLAIN}`, "malformed_request"],
    ["an object that does not end", PLAIN.slice(0, -1), "malformed_request"],
    ["a comma too many", PLAIN.replace("}", ",}"), "malformed_request"],
    ["a comma too few", PLAIN.replace(",", " "), "malformed_request"],
    [
      "a control character in text",
      `{${AT},"value":1,"note":"\u0001","tags":""}`,
      "malformed_request",
    ],
    ["a string that does not end", `{${AT},"value":1,"tags":"`, "malformed_request"],
    ["a number with a zero before it", `{${AT},"value":01,"tags":""}`, "malformed_request"],
    ["a value that is not JSON", `{${AT},"value":nul,"tags":""}`, "malformed_request"],
    ["a value in single quotes", `{${AT},"value":1,"tags":''}`, "malformed_request"],
    ["nothing in place of a value", `{${AT},"value":,"tags":""}`, "malformed_request"],
    [
      "deep nesting",
      `{${AT},"value":1,"tags":${"[".repeat(70)}${"]".repeat(70)}}`,
      "malformed_request",
    ],
    ["another kind of space", PLAIN.replace(",", ",\u00a0"), "malformed_request"],
    ["a byte order mark", `\ufeff${PLAIN}`, expect.any(Array)],
  ];
  for (const [what, json, outcome] of left) {
    it(`leaves ${what} to what reads other bodies`, () => {
      expect(bothWays(json)).toEqual([null, outcome]);
    });
  }

  it("leaves a line that is not UTF-8, and one that takes more than a step", () => {
    const input = compileBulkInput(MEASURE)(outer());
    const bytes = Buffer.from(`{${AT},"value":1,"note":"\xff","tags":""}`, "latin1");
    expect(input.ofJson.readNow({ bytes, start: 0, end: bytes.length }, 1)).toBeNull();
    const long = `{${AT},"value":1,"note":"${"x".repeat(20_000)}","tags":""}`;
    expect(readLine(input, long)).toBeNull();
    expect(unpackValues(MEASURE, readParsed(input, long)).note).toHaveLength(20_000);
  });

  it("reads no line in another way than other bodies are read", () => {
    const input = compileBulkInput(MEASURE)(outer());
    const part = fc.constantFrom(
      ...["{", "}", ",", ":", " ", "\t", '"', "\\", "[", "]", "null", "1", "-0.0", "0.1", '""'],
      ...['"at"', '"value"', '"note"', '"tags"', '"count"', AT, '"value":', '"note":"é"', "1e400"],
      ...['"value":1.5', '"note":null', '"tags":"yv66vg=="', "\u007f", "\u0001", '"code":"a\\n"'],
    );
    const edited = fc.tuple(
      fc.shuffledSubarray([AT, '"value":1.5', '"tags":""', '"note":"x"', '"count":3'], {
        minLength: 3,
      }),
      fc.nat(60),
      fc.nat(3),
      fc.oneof(fc.constant(""), part),
    ).map(([members, at, length, text]) => {
      const json = `{${members.join(",")}}`;
      return json.slice(0, at) + text + json.slice(at + length);
    });
    let reads = 0;
    fc.assert(
      fc.property(edited, (json) => {
        const [now, parsed] = bothWays(json, input);
        if (now === null) return;
        reads++;
        expect([json, now]).toEqual([json, parsed]);
      }),
      { numRuns: 3_000 },
    );
    expect(reads).toBeGreaterThan(100);
  });
});
