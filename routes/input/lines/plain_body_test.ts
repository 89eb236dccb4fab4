import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Alarms } from "../../../runtime/alarms.ts";
import { finish, runAtOnce } from "../../../runtime/steps.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { factsOf } from "../../../tests/support/cql/input_facts.ts";
import { createSeeds } from "../../generate/seed.ts";
import { readJsonObject } from "../body/read_body.ts";
import { compileInput } from "../compile_input.ts";
import { NO_OWN_PARAMS } from "../own_params.ts";
import { compilePlainBody } from "./plain_body.ts";

const MEASURE = factsOf(
  `-- name: measure :exec
-- @route POST /stations/{station_id}/measures
-- @scope stations:write
-- @param tenant in claim:tenant
-- @param day in bucket:at by=day
-- @param count? in body min=0
-- @param note? in body
-- @param code in body default="none"
INSERT INTO measures (tenant, station_id, day, at, value, count, note, code, name)
VALUES (:tenant, :station_id, :day, :at, :value, :count, :note, :code, :name);`,
  {
    tenant: "text",
    station_id: "text",
    day: "text",
    at: "timestamp",
    value: "double",
    count: "int",
    note: "text",
    code: "text",
    name: "text",
  },
  { keys: ["tenant", "station_id", "day"], nullable: ["note", "count", "value"], by: "day" },
);

const LIMITS = { maxBytes: 1 << 20, timeoutMs: 30_000, alarms: new Alarms(), run: runAtOnce };
const readInput = compileInput(MEASURE, NO_OWN_PARAMS);
const readPlain = compilePlainBody(MEASURE);

/** What a body is read as, and how; the code of its problem where it is refused. */
async function read(
  body: string | Uint8Array<ArrayBuffer>,
  reader: typeof readPlain | null,
): Promise<{ readonly kind: string; readonly outcome: unknown }> {
  const headers = { "content-type": "application/json" };
  const request = new Request("http://localhost/", { method: "POST", body, headers });
  let kind = "none";
  try {
    const sent = await readJsonObject(request, { ...LIMITS, readPlain: reader });
    kind = sent.plain === undefined ? "parsed" : "plain";
    const { values } = finish(readInput({
      path: { station_id: "hill" },
      claims: { tenant: "acme" },
      seeds: createSeeds(),
      query: new URLSearchParams(),
      headers: new Headers(),
      ...sent,
    }));
    const sorted = Object.entries(values).toSorted(([one], [other]) => one < other ? -1 : 1);
    return {
      kind,
      outcome: sorted.map(([name, value]) => [name, value ? value.toString("hex") : value]),
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { kind, outcome: [error.code, error.errors] };
  }
}

const AT = '"at":"2010-01-31T23:59:59.999Z"';
const PLAIN = `{${AT},"value":21.5,"name":"hill"}`;

describe("compilePlainBody()", () => {
  const plain: [what: string, body: string][] = [
    ["plain values", PLAIN],
    ["white space", ` { ${AT} ,\t"value" : 1 , "name":"" } \r`],
    ["another order, and what may be left out", `{"name":"","note":"n","value":-0.0,${AT}}`],
    ["null, where it may be", `{${AT},"value":null,"note":null,"name":""}`],
    ["text that is not ASCII", `{${AT},"value":1,"note":"é 漢 🎉","name":"\\ud83c\\udf89"}`],
    ["many digits", `{${AT},"value":14.899999999999999,"count":2147483647,"name":""}`],
  ];
  for (const [what, body] of plain) {
    it(`reads ${what} at once, as it is read when it is parsed`, async () => {
      const at = await read(body, readPlain);
      expect(at.kind).toBe("plain");
      expect(at.outcome).toEqual((await read(body, null)).outcome);
    });
  }

  const left: [what: string, body: string | Uint8Array<ArrayBuffer>][] = [
    ["nothing", ""],
    ["an empty object", "{}"],
    ["an array", `[${PLAIN}]`],
    ["a newline", PLAIN.replace(",", ",\n")],
    ["a byte order mark", `\ufeff${PLAIN}`],
    ["a member that is missing", `{${AT},"name":""}`],
    ["a member that is not known", PLAIN.replace("{", '{"day":"2010-01-31",')],
    ["a member of every object", PLAIN.replace("{", '{"__proto__":{},')],
    ["a member named twice", PLAIN.replace("}", ',"value":2}')],
    ["a member named twice by an escape", PLAIN.replace("}", ',"v\\u0061lue":2}')],
    ["a value below its bound", PLAIN.replace("{", '{"count":-1,')],
    ["an integer that would be rounded", `{${AT},"value":9007199254740993,"name":""}`],
    ["a time without a bucket", `{"at":"+010000-01-01T00:00:00Z","value":1,"name":""}`],
    ["a lone surrogate", `{${AT},"value":1,"name":"\\ud800"}`],
    ["what is not UTF-8", Uint8Array.from(`{${AT},"value":1,"name":"\xff"}`, toByte)],
    ["two objects", `${PLAIN}${PLAIN}`],
    ["an object that does not end", PLAIN.slice(0, -1)],
    ["more than is read in one step", `{${AT},"value":1,"name":"${"x".repeat(20_000)}"}`],
  ];
  for (const [what, body] of left) {
    it(`leaves ${what} to what reads other bodies`, async () => {
      const at = await read(body, readPlain);
      expect(at.kind).not.toBe("plain");
      expect(at).toEqual(await read(body, null));
    });
  }

  it("gives values that stay when others are read", () => {
    const [first, second] = ["a", "b"].map((name) =>
      readPlain(new TextEncoder().encode(`{${AT},"value":1,"name":"${name}"}`))
    );
    expect([first, second].map((values) => String(values?.name))).toEqual(["a", "b"]);
  });

  it("reads no body in another way than it is read when it is parsed", async () => {
    const part = fc.constantFrom(
      ...["{", "}", ",", ":", " ", "\n", '"', "\\", "[", "]", "null", "1", "-0.0", "0.1", '""'],
      ...['"at"', '"value"', '"note"', '"name"', '"count"', AT, '"value":', '"note":"é"', "1e400"],
      ...['"value":1.5', '"note":null', '"name":"x"', "\u007f", "\u0001", '"code":"a\\n"', "\xff"],
    );
    const edited = fc.tuple(
      fc.shuffledSubarray([AT, '"value":1.5', '"name":""', '"note":"x"', '"count":3'], {
        minLength: 3,
      }),
      fc.nat(60),
      fc.nat(3),
      fc.oneof(fc.constant(""), part),
    ).map(([members, at, length, text]) => {
      const json = `{${members.join(",")}}`;
      // A character above 7 bits is a byte that is not UTF-8 by itself.
      return Uint8Array.from(json.slice(0, at) + text + json.slice(at + length), toByte);
    });
    let reads = 0;
    await fc.assert(
      fc.asyncProperty(edited, async (body) => {
        const at = await read(body, readPlain);
        if (at.kind !== "plain") return;
        reads++;
        expect(at.outcome).toEqual((await read(body, null)).outcome);
      }),
      { numRuns: 1_000 },
    );
    expect(reads).toBeGreaterThan(50);
  });
});

function toByte(character: string): number {
  return character.charCodeAt(0);
}
