/**
 * Clients that are generated from the example's OpenAPI document: each compiles strictly, without a
 * warning or a cast, and does what an application does. The programs are in `tests/clients/`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { PrimitiveKind } from "../../codec/codec.ts";
import { primitives } from "../../codec/primitives.ts";
import { GENERATORS, runClient } from "../support/clients/generated_clients.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { startOwnService, succeed } from "../support/own_service.ts";

const HALF_PAST_ELEVEN = Date.parse("2010-01-31T23:30:00Z");
const HOUR_MS = 3_600_000;

/** What each program finds, in the words of the API. */
const FOUND = {
  created: Array.from({ length: 5 }, () => [201, true]).flat(),
  taken: [409, "not_applied", "Station a"],
  refused: [422, "invalid_input", "/body/station_id"],
  missing: [404, "not_found"],
  names: ["Station a", "Station b", "Station c", "Station d", "Station e"],
  changed: true,
  stale: [412, "precondition_failed", true],
  after: [47.25, null],
  tagged: true,
  byTag: [["a", ["airport"]]],
  report: '{"summary":{"read":3,"written":3,"failed":0}}\n',
  observed: [
    [HALF_PAST_ELEVEN + 3 * HOUR_MS, 3, null],
    [HALF_PAST_ELEVEN + 2 * HOUR_MS, 2, null],
    [HALF_PAST_ELEVEN + HOUR_MS, 1, null],
    [HALF_PAST_ELEVEN, 4.5, "NaN"],
  ],
  streamed: 4,
  visits: "1",
  alerts: [[HALF_PAST_ELEVEN, "a", "Storm"]],
};

/** What the driver finds after the program. */
async function stored({ client }: TestService) {
  const rowsOf = async (cql: string) => (await client.execute(cql)).rows;
  const [station] = await rowsOf(
    "SELECT latitude, elevation, tags FROM stations WHERE tenant_id = 'acme' AND station_id = 'a'",
  );
  const observations = await rowsOf("SELECT month, observed_at, temperature FROM observations");
  const [visits] = await rowsOf("SELECT visits FROM station_visits");
  const [alert] = await rowsOf("SELECT day, ttl(message) AS seconds_left FROM alerts_by_day");
  return {
    station: [station!.latitude, station!.elevation, station!.tags],
    observations: observations.map(({ month, observed_at, temperature }) =>
      [month, (observed_at.getTime() - HALF_PAST_ELEVEN) / HOUR_MS, temperature] as const
    ).toSorted(([, one], [, other]) => one - other),
    visits: String(visits!.visits),
    alert: [String(alert!.day), alert!.seconds_left > 2_591_000],
  };
}

describe("A client of the example", () => {
  for (const generator of GENERATORS) {
    it(`that ${generator.name} generates compiles, and agrees with the driver`, async () => {
      await using service = await startTestService({ cqlDir: EXAMPLE });
      const document = await (await service.request("/openapi.json", { user: null })).text();
      const args = [service.url, await service.token("writer")];
      expect(await runClient(generator, { program: "weather", document, args })).toEqual(FOUND);
      expect(await stored(service)).toEqual({
        station: [47.25, null, ["airport"]],
        observations: [["2010-01", 0, 4.5], ["2010-02", 1, 1], ["2010-02", 2, 2], [
          "2010-02",
          3,
          3,
        ]],
        visits: "1",
        alert: ["2010-01-31", true],
      });
    });
  }
});

// A counter stands in no table with other columns.
const KINDS = (Object.keys(primitives) as PrimitiveKind[]).filter((kind) => kind !== "counter");

const COLUMNS: Readonly<Record<string, string>> = {
  id: "int",
  ...Object.fromEntries(KINDS.map((kind) => [`a_${kind}`, kind])),
  a_list: "list<int>",
  a_set: "set<text>",
  a_map: "map<text, decimal>",
  a_tuple: "tuple<text, int>",
  a_place: "frozen<place>",
  places: "list<frozen<place>>",
  places_by_name: "map<text, frozen<place>>",
  a_vector: "vector<float, 3>",
};
const NAMES = Object.keys(COLUMNS);

const TYPES = {
  migration: `
CREATE TYPE place (city text, zip bigint, at frozen<tuple<double, double>>);
CREATE TABLE types (${NAMES.map((name) => `${name} ${COLUMNS[name]}`)}, PRIMARY KEY (id));`,
  queries: `
-- name: write_types :exec
-- @route POST /types
-- @public
INSERT INTO types (${NAMES}) VALUES (${NAMES.map((name) => `:${name}`)});

-- name: get_types :one
-- @route GET /types/{id}
-- @public
SELECT ${NAMES} FROM types WHERE id = :id;
`,
};

describe("A client of a service with every type", () => {
  for (const generator of GENERATORS) {
    it(`that ${generator.name} generates compiles, and loses nothing on the way`, async () => {
      await using service = await startOwnService(TYPES);
      const document = await (await service.request("/openapi.json", { user: null })).text();
      const args = [service.url];
      const found = await runClient(generator, { program: "types", document, args });
      const row = await succeed<Record<string, unknown>>(service.request("/types/1"));
      expect(Object.values(row)).not.toContain(null);
      // Python writes an offset of zero as "+00:00".
      const { a_timestamp, ...others } = (found as { row: Record<string, unknown> }).row;
      expect(new Date(String(a_timestamp)).toISOString()).toBe(row.a_timestamp);
      expect({ ...others, a_timestamp: row.a_timestamp }).toEqual(row);
      expect(found).toMatchObject({ zip: "9007199254740993", label: "a", second: -1 });
    });
  }
});
