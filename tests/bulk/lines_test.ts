/**
 * A line of NDJSON is read in two ways: plain lines from their bytes, and the others as any JSON. The same
 * inputs in an array are read in the second way alone, so that what is stored of both has to be the same.
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { NDJSON, upload } from "../support/clients/bulk_client.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const MIGRATIONS = `
CREATE TYPE place (street text, numbers frozen<list<int>>);
CREATE TABLE lines (
  owner text, position int,
  a ascii, b bigint, c blob, d boolean, e date, f decimal, g double, h float, i inet, j smallint,
  k text, l time, m timestamp, n timeuuid, o tinyint, p uuid, q varint, r duration,
  s list<text>, t map<text, double>, u frozen<place>, v vector<float, 2>, w set<timestamp>,
  PRIMARY KEY (owner, position)
);
`;

const COLUMNS = [..."abcdefghijklmnopqrstuvw"];

const QUERIES = `
-- name: write_lines :exec
-- @bulk
-- @route POST /owners/{owner}/lines
-- @public
${COLUMNS.map((column) => `-- @param ${column}? in body`).join("\n")}
INSERT INTO lines (owner, position, ${COLUMNS.join(", ")})
VALUES (:owner, :position, ${COLUMNS.map((column) => `:${column}`).join(", ")});

-- name: read_lines :many
-- @route GET /owners/{owner}/lines
-- @public
-- @page size=1000 max=1000
SELECT * FROM lines WHERE owner = :owner;
`;

/** The members of lines, beside their position. Most are taken as they stand, some need more. */
const LINES: readonly string[] = [
  "",
  '"a":"","k":"","c":""',
  '"a":"plain \\u007f","k":"é 漢 🎉","c":"yv66vg=="',
  '"k":"quote \\" backslash \\\\ newline \\n \\u00e9 \\ud83c\\udf89 {\\"k\\":1}"',
  '"b":0,"j":-32768,"o":127',
  '"b":"-9223372036854775808","q":"-170141183460469231731687303715884105729"',
  '"b":9007199254740993,"j":1e2,"o":1.0',
  '"b":"000123","q":12345678901234567890',
  '"g":0.1,"h":0.1,"f":"1.00"',
  '"g":-0.0,"h":-0,"f":1.50e3',
  '"g":-8.100000000000001,"h":16777217.5',
  '"g":1.7976931348623157e308,"h":"NaN"',
  '"g":123456789012345.6789,"h":3.4028234663852886e38',
  '"m":"2010-01-01T00:00:00.001Z","e":"2024-02-29","l":"13:30:54.234"',
  '"m":"2010-01-01T01:00:00+01:00","e":"+010000-01-01"',
  '"m":"-000001-12-31T23:59:59.999Z","l":"00:00:00"',
  '"n":"f81d4fae-7dec-11d0-a765-00a0c91e6bf6","p":"F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"',
  '"i":"::1","d":true,"r":"P1M2DT3S"',
  '"s":["a","é","\\n"],"t":{"x":1.5,"y":-0.0},"v":[0.5,1]',
  '"u":{"street":"s\\t","numbers":[1,2]},"w":["2010-01-01T00:00:00Z","2009-01-01T00:00:00Z"]',
  '"u":{"street":null,"numbers":[]},"d":false',
  `"k":"${"long ".repeat(5_000)}"`,
];

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATIONS, queries: QUERIES },
  });
});
after(() => service[Symbol.asyncDispose]());

async function stored(owner: string): Promise<Record<string, unknown>[]> {
  const response = await service.request(`/owners/${owner}/lines`);
  expect(response.status).toBe(200);
  const { items } = await response.json();
  return items.map((item: Record<string, unknown>) => ({ ...item, owner: "same" }));
}

describe("a line of NDJSON", () => {
  const inputs = LINES.map((members, index) =>
    `{"position":${index}${members === "" ? "" : `,${members}`}}`
  );

  it("is stored as the same input in an array", async () => {
    const spaced = inputs.map((input) => ` ${input.replace(":", " :\t")} \r`);
    const array = `[${inputs.join(",")}]`;
    const reports = [
      await upload(service, "/owners/plain/lines", { body: inputs.join("\n") }),
      await upload(service, "/owners/spaced/lines", { body: spaced.join("\n") }),
      await upload(service, "/owners/array/lines", { body: array, type: "application/json" }),
    ];
    const all = { read: inputs.length, written: inputs.length, failed: 0 };
    expect(reports).toEqual(Array(3).fill({ failures: [], summary: all }));
    const [plain, spacedRows, rows] = [
      await stored("plain"),
      await stored("spaced"),
      await stored("array"),
    ];
    expect(rows).toHaveLength(LINES.length);
    expect(plain).toEqual(rows);
    expect(spacedRows).toEqual(rows);
  });

  it("is stored whichever way its neighbours are read", async () => {
    const lines = Array.from(
      { length: 3_000 },
      (_, position) =>
        position % 7 === 0
          ? `{"posi\\u0074ion":${position},"k":"unusual"}`
          : `{"position":${position},"k":"plain"}`,
    );
    const { summary } = await upload(service, "/owners/mixed/lines", { body: lines.join("\n") });
    expect(summary).toEqual({ read: 3_000, written: 3_000, failed: 0 });
    const rows = await service.client.execute(
      "SELECT position, k FROM lines WHERE owner = 'mixed'",
      [],
      { prepare: true, fetchSize: 5_000 },
    );
    expect(rows.rows.map(({ position, k }) => [position, k])).toEqual(
      lines.map((_, position) => [position, position % 7 === 0 ? "unusual" : "plain"]),
    );
  });

  it("is refused with the same mistakes as the same input in an array", async () => {
    const wrong = [
      '{"k":"no position"}',
      '{"position":1,"g":"1"}',
      '{"position":2,"g":9007199254740993}',
      '{"position":3,"x":1}',
      '{"position":4,"m":"2010-02-30T00:00:00Z"}',
      '{"position":5,"k":"\\ud800"}',
      '{"position":6,"s":["a",1]}',
      '{"position":7.5}',
      '{"position":null}',
    ];
    const [lines, array] = [
      await upload(service, "/owners/wrong/lines", { body: wrong.join("\n"), type: NDJSON }),
      await upload(service, "/owners/wrong/lines", {
        body: `[${wrong.join(",")}]`,
        type: "application/json",
      }),
    ];
    expect(lines.failures.map(({ line }) => line)).toEqual(wrong.map((_, index) => index + 1));
    expect(lines).toEqual(array);
  });
});
