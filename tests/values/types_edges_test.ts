/**
 * The edges of each type, through HTTP: the exact JSON text that goes in, and what comes out or is said
 * of it. A number is part of a JSON text here, since JavaScript would have rounded it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

interface Edges {
  readonly type: string;
  /** JSON text in, and out where it differs. */
  readonly taken?: readonly (readonly [into: string, out?: string])[];
  /** JSON text in, and the mistakes as pointer below the value and detail. */
  readonly refused?: readonly (readonly [into: string, detail: string, below?: string])[];
}

const BIGINT =
  "Expected an integer from -9223372036854775808 to 9223372036854775807, as a string or an exact number";
const INT = "Expected an integer from -2147483648 to 2147483647";
const DOUBLE = 'Expected a number that a double can hold, or "NaN", "Infinity" or "-Infinity"';
const FLOAT = 'Expected a number that a float can hold, or "NaN", "Infinity" or "-Infinity"';
const DECIMAL =
  "Expected a decimal number of at most 10000 digits and a scale from -10000 to 10000, as a string or a number";
const TIMESTAMP = 'Expected an RFC 3339 date-time with an offset, such as "2010-01-01T00:00:00Z"';
const DATE = 'Expected a date, such as "2010-01-01"';
const TIME = 'Expected a time of day, such as "13:30:54.234"';
const DURATION = 'Expected a duration, such as "1y2mo3d4h5m6s" or "P1Y2M3DT4H5M6S"';
const BASE64 = "Expected a string in base64 with padding";
const IP = "Expected an IPv4 or IPv6 address";
const SURROGATE = "Expected a string without lone surrogates, which UTF-8 cannot hold";

const EDGES: readonly Edges[] = [
  {
    type: "bigint",
    taken: [
      ["9007199254740993", '"9007199254740993"'],
      ["1e3", '"1000"'],
      ["10.0", '"10"'],
      ['"-9223372036854775808"'],
      ['"007"', '"7"'],
      ["-0", '"0"'],
    ],
    refused: [
      ["9223372036854775808", BIGINT],
      ['"-9223372036854775809"', BIGINT],
      ["1.5", BIGINT],
      ['"1.0"', BIGINT],
      ['""', BIGINT],
      ["true", BIGINT],
    ],
  },
  {
    type: "int",
    taken: [["2147483647"], ["-2147483648"], ["1e2", "100"], ["1.0", "1"], ["-0", "0"]],
    refused: [["2147483648", INT], ["1.5", INT], ['"1"', INT], ["[1]", INT]],
  },
  {
    type: "tinyint",
    taken: [["-128"], ["127"]],
    refused: [["128", "Expected an integer from -128 to 127"]],
  },
  {
    type: "smallint",
    taken: [["-32768"], ["32767"]],
    refused: [["-32769", "Expected an integer from -32768 to 32767"]],
  },
  {
    type: "varint",
    taken: [
      ["340282366920938463463374607431768211456", '"340282366920938463463374607431768211456"'],
      ['"-129"'],
    ],
    refused: [[
      "0.5",
      "Expected an integer of at most 10000 digits, as a string or a number, whose exponent stands for at most 100 zeros",
    ]],
  },
  {
    type: "decimal",
    taken: [
      ["1.0", '"1.0"'],
      ["1.50", '"1.50"'],
      ["1e400", '"1E+400"'],
      ['"0.00"'],
      ["0.1", '"0.1"'],
      ["123456789012345678901234567890.123456789", '"123456789012345678901234567890.123456789"'],
      ["-0", '"0"'],
      ['"-0.0"', '"0.0"'],
      ['"0E+3"'],
    ],
    refused: [['"NaN"', DECIMAL], ['"1e99999999999"', DECIMAL], ['"1,5"', DECIMAL]],
  },
  {
    type: "double",
    taken: [
      ["0.1"],
      ["-0", "-0.0"],
      ["-0.0"],
      ['"NaN"'],
      ['"-Infinity"'],
      ["1.0", "1"],
      ["5e-324"],
      ["1.7976931348623157e308", "1.7976931348623157e+308"],
    ],
    refused: [['"-0"', DOUBLE], ["1e400", DOUBLE], ['"0.1"', DOUBLE], ['"nan"', DOUBLE]],
  },
  {
    type: "float",
    taken: [
      ["0.1"],
      ["16777216"],
      ["16777217.5", "16777218"],
      ["-0.25"],
      ["-0.0"],
      ["-1959037.25", "-1959037.3"],
    ],
    refused: [["1e39", FLOAT], ["1e400", FLOAT], ["16777217", FLOAT]],
  },
  {
    type: "boolean",
    taken: [["true"], ["false"]],
    refused: [["0", "Expected true or false"], ['"true"', "Expected true or false"]],
  },
  {
    type: "text",
    taken: [['""'], ['"\\u0000"'], ['"𝒳"'], ['"\\ud835\\udcb3"', '"𝒳"'], ['"e\u0301"']],
    refused: [['"\\ud800"', SURROGATE], ['"a\\udc00b"', SURROGATE], ["1", "Expected a string"]],
  },
  {
    type: "ascii",
    taken: [['""'], ['"\\u007f"', '"\x7f"']],
    refused: [['"é"', "Expected a string of ASCII characters"]],
  },
  {
    type: "blob",
    taken: [['""'], ['"yv66vg=="'], ['"+/8="']],
    refused: [['"0xcafe"', BASE64], ['"yv66vg"', BASE64], ['"-_8="', BASE64], [
      '"yv67vh=="',
      BASE64,
    ]],
  },
  {
    type: "timestamp",
    taken: [
      ['"2010-01-01T00:00:00Z"', '"2010-01-01T00:00:00.000Z"'],
      ['"2010-01-01T00:30:00.1+01:00"', '"2009-12-31T23:30:00.100Z"'],
      ['"2010-01-01T00:00:00.123000Z"', '"2010-01-01T00:00:00.123Z"'],
      ['"2012-02-29T23:59:59.999Z"'],
      ['"1969-12-31T23:59:59.999Z"'],
      ['"+010000-01-01T00:00:00.000Z"'],
      ['"-000001-12-31T00:00:00.000Z"'],
    ],
    refused: [
      [
        '"2010-01-01T00:00:00.0001Z"',
        "Expected no more than milliseconds, which is what a timestamp holds",
      ],
      ['"2011-02-29T00:00:00Z"', TIMESTAMP],
      ['"2010-01-01T24:00:00Z"', TIMESTAMP],
      ['"2010-01-01T23:59:60Z"', TIMESTAMP],
      ['"2010-01-01T00:00:00"', TIMESTAMP],
      ['"2010-01-01"', TIMESTAMP],
      ["1262304000000", TIMESTAMP],
      ['"+999999999-01-01T00:00:00Z"', "Expected a date-time within 64 bits of milliseconds"],
    ],
  },
  {
    type: "date",
    taken: [['"2012-02-29"'], ['"2000-02-29"'], ['"-009999-01-01"'], ['"-5877641-06-23"']],
    refused: [
      ['"1900-02-29"', DATE],
      ['"2010-13-01"', DATE],
      ['"-9999-01-01"', DATE],
      ['"-000000-01-01"', DATE],
      ['"+5881580-07-12"', "Expected a date from -5877641-06-23 to +5881580-07-11"],
    ],
  },
  {
    type: "time",
    taken: [
      ['"00:00:00"', '"00:00:00.000000000"'],
      ['"23:59:59.999999999"'],
      ['"12:00:00.50000000000"', '"12:00:00.500000000"'],
    ],
    refused: [
      ['"24:00:00"', TIME],
      ['"12:00"', TIME],
      [
        '"00:00:00.0000000001"',
        "Expected no more than nanoseconds, which is what a time holds",
      ],
    ],
  },
  {
    type: "duration",
    taken: [
      ['"-1y2mo3d"'],
      ['"P1Y2M3DT4H5M6.007S"', '"1y2mo3d4h5m6s7ms"'],
      ['"2w"', '"14d"'],
      ['"90m"', '"1h30m"'],
      ['"36h"'],
      ['"0s"'],
    ],
    refused: [
      ['"1y-2mo"', DURATION],
      ['"P"', DURATION],
      ['""', DURATION],
      ['"1d1y"', DURATION],
      [
        '"2147483648d"',
        "Expected at most 32 bits of months and of days, and 64 of nanoseconds",
      ],
    ],
  },
  {
    type: "uuid",
    taken: [['"F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"', '"f81d4fae-7dec-41d0-a765-00a0c91e6bf6"']],
    refused: [['"f81d4fae7dec41d0a76500a0c91e6bf6"', "Expected a UUID"]],
  },
  {
    type: "timeuuid",
    taken: [['"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"']],
    refused: [['"f81d4fae-7dec-41d0-a765-00a0c91e6bf6"', "Expected a UUID of version 1"]],
  },
  {
    type: "inet",
    taken: [
      ['"192.0.2.1"'],
      ['"::FFFF:192.0.2.1"', '"192.0.2.1"'],
      ['"::ffff:c000:201"', '"192.0.2.1"'],
      ['"2001:DB8:0:0:0:0:0:1"', '"2001:db8::1"'],
      ['"::"'],
    ],
    refused: [['"192.0.2.01"', IP], ['"192.0.2"', IP], ['"fe80::1%eth0"', IP], ['"localhost"', IP]],
  },
  {
    type: "list<int>",
    taken: [["[2,1,2]"], ["[]", "null"]],
    refused: [["[1,null]", INT, "/1"], ["{}", "Expected an array"]],
  },
  {
    type: "set<text>",
    taken: [['["b","a",""]', '["","a","b"]'], ["[]", "null"]],
    refused: [['["a","b","a"]', 'Expected each element once, found "a" again', "/2"]],
  },
  {
    type: "frozen<set<inet>>",
    taken: [["[]"]],
    refused: [
      ['["::1","0::1"]', 'Expected each element once, found "::1" again', "/1"],
      ['["1.2.3.4","::ffff:1.2.3.4"]', 'Expected each element once, found "1.2.3.4" again', "/1"],
    ],
  },
  {
    type: "map<int, text>",
    taken: [['{"2":"b","-1":"a"}'], ["{}", "null"]],
    refused: [
      ['{"1":"a","01":"b"}', "Expected each key once, found 1 again", "/01"],
      ['{"a":"b"}', INT, "/a"],
      ['{"1":null}', "Expected a string", "/1"],
    ],
  },
  {
    type: "map<text, int>",
    taken: [['{"__proto__":1,"":2,"toString":3}', '{"":2,"__proto__":1,"toString":3}']],
    refused: [['{"a/b~c":1.5}', INT, "/a~1b~0c"]],
  },
  {
    type: "map<double, float>",
    taken: [
      ['{"-0":-0,"1.5":1}', '{"-0.0":-0.0,"1.5":1}'],
      ['{"0":0,"-0.0":-0.0}', '{"0":0,"-0.0":-0.0}'],
    ],
    refused: [['{"-0":1,"-0.0":2}', "Expected each key once, found -0.0 again", "/-0.0"]],
  },
  { type: "set<double>", taken: [["[0,-0.0]", "[-0.0,0]"]] },
  { type: "frozen<list<frozen<tuple<float, double>>>>", taken: [["[[-0.0,-0.0],[0,null]]"]] },
  {
    type: "tuple<int, text>",
    taken: [["[null,null]"], ['[1,""]']],
    refused: [
      ["[1]", "Expected an array of 2 members"],
      ['[1,"",2]', "Expected an array of 2 members"],
    ],
  },
  {
    type: "frozen<place>",
    taken: [
      ['{"city":"Kyiv"}', '{"city":"Kyiv","zip":null}'],
      ["{}", '{"city":null,"zip":null}'],
    ],
    refused: [
      ['{"town":"Kyiv"}', "Expected one of the fields of place: city, zip", "/town"],
      ['{"__proto__":1}', "Expected one of the fields of place: city, zip", "/__proto__"],
      ['{"zip":"1"}', INT, "/zip"],
    ],
  },
  { type: "place", taken: [["{}", "null"], ['{"zip":1}', '{"city":null,"zip":1}']] },
  {
    type: "vector<float, 3>",
    taken: [["[0.1,-0.0,1]"]],
    refused: [
      ["[1,2]", "Expected an array of 3 elements"],
      ["[1,2,3,4]", "Expected an array of 3 elements"],
      ["[1,2,null]", FLOAT, "/2"],
    ],
  },
];

describe("a value through HTTP", () => {
  let service: OwnService;
  before(async () => {
    const columns = EDGES.map(({ type }, index) => `c${index} ${type}`).join(", ");
    service = await startOwnService({
      migration: `CREATE TYPE place (city text, zip int);
CREATE TABLE edges (id uuid PRIMARY KEY, ${columns});
CREATE TABLE counts (id int PRIMARY KEY, count counter);`,
      queries: EDGES.map((_, index) => `
-- name: write_${index} :exec
-- @route PUT /${index}/{id}
-- @public
-- @param value? in body
INSERT INTO edges (id, c${index}) VALUES (:id, :value);

-- name: read_${index} :one
-- @route GET /${index}/{id}
-- @public
SELECT c${index} AS value FROM edges WHERE id = :id;
`).join("") + `
-- name: add :exec
-- @route POST /counts/{id}
-- @public
UPDATE counts SET count = count + :step WHERE id = :id;

-- name: count :one
-- @route GET /counts/{id}
-- @public
SELECT count FROM counts WHERE id = :id;
`,
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  function send(path: string, options: { method: string; body?: string }): Promise<Response> {
    return service.request(path, {
      ...options,
      user: null,
      headers: { "content-type": "application/json" },
    });
  }

  for (const [index, { type, taken = [], refused = [] }] of EDGES.entries()) {
    it(`of type ${type} is taken and given exactly`, async () => {
      for (const [into, out = into] of [...taken, ["null"] as const]) {
        const path = `/${index}/${crypto.randomUUID()}`;
        const written = await send(path, { method: "PUT", body: `{"value":${into}}` });
        expect([into, written.status, await written.text()]).toEqual([into, 204, ""]);
        const read = await (await send(path, { method: "GET" })).text();
        expect([into, read]).toEqual([into, `{"value":${out}}`]);
      }
    });

    it(`of type ${type} is refused if it does not fit`, async () => {
      for (const [into, detail, below = ""] of refused) {
        const path = `/${index}/${crypto.randomUUID()}`;
        const response = await send(path, { method: "PUT", body: `{"value":${into}}` });
        const { status, errors } = await problemOf(response);
        const pointer = `/body/value${below}`;
        expect([into, status, errors]).toEqual([into, 422, [{ pointer, detail }]]);
      }
    });
  }

  it("of type counter is added to, and given as a string", async () => {
    for (const step of ["9007199254740993", '"-1"', "1e0"]) {
      const response = await send("/counts/1", { method: "POST", body: `{"step":${step}}` });
      expect([step, response.status, await response.text()]).toEqual([step, 204, ""]);
    }
    expect(await (await send("/counts/1", { method: "GET" })).text())
      .toBe('{"count":"9007199254740993"}');
  });
});
