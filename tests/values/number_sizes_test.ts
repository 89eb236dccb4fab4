/**
 * Numbers of any size: what a request may hold is bounded, what is stored is read back whatever its size,
 * and what the server works out never holds up everybody else.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import process from "node:process";
import cassandra from "cassandra-driver";
import { check } from "../../tasks/check.ts";
import { problemOf } from "../support/harness.ts";
import {
  createCqlFolder,
  type OwnService,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const MIGRATION = `
CREATE TYPE price (amount decimal, units varint);
CREATE TABLE numbers (id text PRIMARY KEY, dec decimal, whole varint, small int, long bigint,
  decs list<decimal>, wholes list<varint>, by_dec map<decimal, int>, pair frozen<tuple<decimal, int>>,
  price frozen<price>, point vector<decimal, 2>);
`;

const COLUMNS = [
  "dec",
  "whole",
  "small",
  "long",
  "decs",
  "wholes",
  "by_dec",
  "pair",
  "price",
  "point",
];

const QUERIES = `
-- name: write_numbers :exec
-- @route PUT /numbers/{id}
-- @public
-- @bulk
${COLUMNS.map((name) => `-- @param ${name}? in body`).join("\n")}
INSERT INTO numbers (id, ${COLUMNS.join(", ")})
VALUES (:id, ${COLUMNS.map((name) => `:${name}`).join(", ")});

-- name: write_one :exec
-- @route POST /numbers/{id}/{whole}
-- @public
-- @param dec? in query
-- @param decs? in query max=5
-- @param long? in header
INSERT INTO numbers (id, dec, decs, long, whole) VALUES (:id, :dec, :decs, :long, :whole);

-- name: read_numbers :one
-- @route GET /numbers/{id}
-- @public
SELECT dec, whole, decs FROM numbers WHERE id = :id;

-- name: add_up :one
-- @route GET /sums/{id}
-- @public
SELECT sum(dec) AS sum, max(dec) AS most FROM numbers WHERE id = :id;
`;

const { BigDecimal, Integer } = cassandra.types;

function powerOfTen(exponent: number): cassandra.types.BigDecimal {
  return new BigDecimal(1, -exponent);
}

const SCALE =
  "Expected a decimal number of at most 10000 digits and a scale from -10000 to 10000, " +
  "as a string or a number";
const DIGITS = "Expected an integer of at most 10000 digits, as a string or a number, " +
  "whose exponent stands for at most 100 zeros";

describe("numbers of any size", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  function put(body: string, type = "application/json"): Promise<Response> {
    return service.request("/numbers/one", {
      method: "PUT",
      body,
      headers: { "content-type": type },
      user: null,
    });
  }

  /** As another client of Cassandra does. */
  async function store(dec: cassandra.types.BigDecimal): Promise<void> {
    const insert = "INSERT INTO numbers (id, dec) VALUES ('sum', ?)";
    await service.client.execute(insert, [dec], { prepare: true });
  }

  const taken = [
    '{"dec":1e10000}',
    '{"dec":"-1E-10000"}',
    `{"dec":"${"9".repeat(10_000)}"}`,
    `{"whole":"${"9".repeat(10_000)}"}`,
    '{"whole":1e100}',
    '{"long":9e18}',
  ];
  for (const body of taken) {
    it(`are taken as ${body.slice(0, 30)}`, async () => {
      await succeed(put(body));
    });
  }

  const refused: [body: string, pointer: string, detail: string][] = [
    ['{"dec":1e5000000}', "/body/dec", SCALE],
    ['{"dec":1e20000000}', "/body/dec", SCALE],
    ['{"dec":"1E-5000000"}', "/body/dec", SCALE],
    ['{"dec":0e5000000}', "/body/dec", SCALE],
    ['{"dec":1e10001}', "/body/dec", SCALE],
    [`{"dec":1${"0".repeat(10_000)}}`, "/body/dec", SCALE],
    ['{"whole":1e101}', "/body/whole", DIGITS],
    ['{"whole":1e5000000}', "/body/whole", DIGITS],
    [`{"whole":"${"9".repeat(10_001)}"}`, "/body/whole", DIGITS],
    ['{"decs":[1,1e5000000]}', "/body/decs/1", SCALE],
    ['{"wholes":["1",1e1000]}', "/body/wholes/1", DIGITS],
    ['{"by_dec":{"1e5000000":1}}', "/body/by_dec/1e5000000", SCALE],
    ['{"pair":["1e5000000",1]}', "/body/pair/0", SCALE],
    ['{"price":{"amount":1e-5000000}}', "/body/price/amount", SCALE],
    ['{"price":{"units":1e1000}}', "/body/price/units", DIGITS],
    ['{"point":[1,1e5000000]}', "/body/point/1", SCALE],
    ['{"small":1e5000000}', "/body/small", "Expected an integer from -2147483648 to 2147483647"],
  ];
  for (const [body, pointer, detail] of refused) {
    it(`are refused as ${body.slice(0, 40)}`, async () => {
      expect(await problemOf(await put(body))).toMatchObject({
        status: 422,
        errors: [{ pointer, detail }],
      });
    });
  }

  it("are refused in the path, the query and headers too", async () => {
    const { errors } = await problemOf(
      await service.request(
        `/numbers/two/${"9".repeat(10_001)}?dec=1e5000000&decs=1&decs=1e20000`,
        {
          method: "POST",
          headers: { Long: "1e1000" },
          user: null,
        },
      ),
    );
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual([
      "/header/Long",
      "/path/whole",
      "/query/dec",
      "/query/decs/1",
    ]);
  });

  it("are refused in each line of an upload", async () => {
    const lines = ['{"dec":1}', '{"dec":1e5000000}', '{"whole":1e1000}'].join("\n");
    const report = (await (await put(lines, "application/x-ndjson")).text()).trim().split("\n");
    expect(report.map((line) => JSON.parse(line)).map(({ line, summary }) => line ?? summary))
      .toEqual([2, 3, { read: 3, written: 1, failed: 2 }]);
  });

  it("are a mistake as a default", async () => {
    const queries = `-- name: write :exec
-- @route PUT /numbers/{id}
-- @public
-- @param dec in body default=1e5000000
INSERT INTO numbers (id, dec) VALUES (:id, :dec);
`;
    await using folder = await createCqlFolder({ migration: MIGRATION, queries });
    const report = await check({ ...service.env, CQL_DIR: folder.path }).catch(String);
    expect(report).toContain('Default "1e5000000" of "dec" is not a "decimal"');
  });

  it("cost what is sent, where a short text stands for many digits", async () => {
    /** The time of the processor for a megabyte of them, which other processes do not add to. */
    async function costOf(member: string): Promise<number> {
      const members = `${member},`.repeat(1_000_000 / (member.length + 1));
      const before = process.cpuUsage();
      const response = await put(`{"wholes":[${members}1]}`);
      await response.body?.cancel();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    }
    const usual = await costOf("1");
    for (const member of ["1e1000", "1e100", "1e-9999", '"1"']) {
      let ratio = Infinity;
      // Garbage of others may be collected meanwhile: what is dear is so each time.
      for (let time = 0; time < 3 && ratio > 2; time++) ratio = await costOf(member) / usual;
      expect([member, ratio > 2]).toEqual([member, false]);
    }
  });

  it("are read back where another client stored them", async () => {
    const digits = `1${"0".repeat(30_000)}`;
    await service.client.execute(
      "INSERT INTO numbers (id, dec, whole, decs) VALUES ('far', ?, ?, ?)",
      [powerOfTen(5_000_000), Integer.fromString(digits), [powerOfTen(-5_000_000)]],
      { prepare: true },
    );
    const row = await succeed(service.request("/numbers/far", { user: null }));
    expect(row).toEqual({ dec: "1E+5000000", whole: digits, decs: ["1E-5000000"] });
  });

  it("are an error where the query works them out, and they are too long", async () => {
    await store(powerOfTen(100_000));
    const problem = await problemOf(await service.request("/sums/sum", { user: null }));
    expect(problem).toMatchObject({ status: 500, code: "number_too_long" });
    expect(problem.detail).not.toMatch(/100000|41/);
    await store(powerOfTen(10_000));
    const { sum, most } = await succeed<{ sum: string; most: string }>(
      service.request("/sums/sum", { user: null }),
    );
    expect([sum.length, most]).toEqual([10_001, "1E+10000"]);
  });

  it("have an error of their own in the OpenAPI document where they are worked out", async () => {
    const document = await succeed<{ paths: Record<string, { get: unknown }> }>(
      service.request("/openapi.json", { user: null }),
    );
    const mentions = (path: string) =>
      JSON.stringify(document.paths[path]!.get).includes("number_too_long");
    expect([mentions("/sums/{id}"), mentions("/numbers/{id}")]).toEqual([true, false]);
  });
});
