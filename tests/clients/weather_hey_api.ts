/**
 * What an application does with the example, through the functions that @hey-api/openapi-ts makes.
 *
 * @module
 */
import { client } from "./client/client.gen.ts";
import {
  countVisit,
  createStation,
  getStation,
  getVisits,
  listAlertsOfDay,
  listObservationsBetween,
  listStations,
  listStationsByTag,
  raiseAlert,
  recordObservation,
  tagStation,
  untagStation,
  updateStation,
} from "./client/sdk.gen.ts";
import type { CreateStationBody, StationPlace, UpdateStationBody } from "./client/types.gen.ts";

export async function run(baseUrl: string, token: string) {
  client.setConfig({ baseUrl, auth: () => token });

  async function create(body: CreateStationBody) {
    const { data, error, response } = await createStation({ body });
    return { status: response?.status ?? null, applied: data?.applied ?? null, error };
  }

  async function* stations(limit: number): AsyncGenerator<StationPlace> {
    let cursor: string | null = null;
    do {
      const query: { limit: number; cursor?: string } = cursor === null
        ? { limit }
        : { limit, cursor };
      const { data, error } = await listStations({ query });
      if (data === undefined) throw new Error(error?.detail);
      yield* data.items;
      cursor = data.next_cursor;
    } while (cursor !== null);
  }

  const created: (number | boolean | null)[] = [];
  for (const id of ["a", "b", "c", "d", "e"]) {
    const { status, applied } = await create({
      station_id: id,
      name: `Station ${id}`,
      elevation: 12.5,
    });
    created.push(status, applied);
  }
  const { status: takenStatus, error: taken } = await create({ station_id: "a", name: "Another" });
  const current = taken !== undefined && "current" in taken ? taken.current : null;
  const { error: refused } = await create({ station_id: "", name: "Nameless" });
  const missing = await getStation({ path: { station_id: "nowhere" } });

  const names: (string | null)[] = [];
  for await (const { name } of stations(2)) names.push(name);

  const path = { station_id: "a" };
  const seen = await getStation({ path });
  const headers = { "If-Match": seen.response?.headers.get("etag") ?? "" };
  const change = (body: UpdateStationBody) => updateStation({ path, headers, body });
  const changed = await change({ latitude: 47.25, elevation: null });
  const stale = await change({ latitude: 0 });
  const after = await getStation({ path });

  const tagged = await tagStation({ path, body: { tags: ["coast", "airport", "old"] } });
  await untagStation({ path, query: { tags: ["old", "coast"] } });
  const byTag = await listStationsByTag({ path: { tag: "airport" } });

  const observedAt = new Date("2010-01-31T23:30:00Z");
  await recordObservation({
    path,
    body: { observed_at: observedAt.toISOString(), temperature: 4.5, wind: null, pressure: "NaN" },
  });
  const report = await recordObservation({
    path,
    body: [1, 2, 3].map((hours) => ({
      observed_at: new Date(observedAt.getTime() + hours * 3_600_000).toISOString(),
      temperature: hours,
    })),
    parseAs: "text",
  });
  const range = { since: "2010-01-01T00:00:00Z", until: "2010-03-01T00:00:00Z" };
  const observed = await listObservationsBetween({ path, query: range });
  const stream = await listObservationsBetween({
    path,
    query: range,
    headers: { Accept: "application/x-ndjson" },
    parseAs: "text",
  });

  await countVisit({ path });
  const visits = await getVisits({ path });
  await raiseAlert({
    path,
    body: { raised_at: observedAt.toISOString(), severity: "high", message: "Storm" },
  });
  const alerts = await listAlertsOfDay({ path: { day: "2010-01-31" } });

  return {
    created,
    taken: [takenStatus, taken?.code, current?.name],
    refused: [refused?.status, refused?.code, refused?.errors?.[0]?.pointer],
    missing: [missing.response?.status, missing.error?.code],
    names,
    changed: changed.data?.applied,
    stale: [
      stale.response?.status,
      stale.error?.code,
      stale.error !== undefined && "current" in stale.error &&
      stale.error.current?.version === after.data?.version,
    ],
    after: [after.data?.latitude, after.data?.elevation],
    tagged: tagged.data?.applied,
    byTag: byTag.data?.items.map(({ station_id, tags }) => [station_id, tags]),
    report: report.data,
    observed: observed.data?.items.map(({ observed_at, temperature, pressure }) => [
      new Date(observed_at).getTime(),
      temperature,
      pressure,
    ]),
    streamed: String(stream.data).trim().split("\n").length,
    visits: visits.data?.visits,
    alerts: alerts.data?.items.map(({ raised_at, station_id, message }) => [
      new Date(raised_at).getTime(),
      station_id,
      message,
    ]),
  };
}
