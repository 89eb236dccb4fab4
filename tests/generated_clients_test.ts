/**
 * Clients that are generated from the example's OpenAPI document: each compiles strictly, without a
 * warning or a cast, and does what an application does. The programs are in `tests/clients/`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { GENERATORS, runClient } from "./support/generated_clients.ts";
import { EXAMPLE, startTestService, type TestService } from "./support/harness.ts";

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
