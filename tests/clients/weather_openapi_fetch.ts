/**
 * What an application does with the example, through openapi-fetch: openapi-typescript makes its types.
 *
 * @module
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

type Schemas = components["schemas"];

export async function run(baseUrl: string, token: string) {
  const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

  async function create(body: Schemas["CreateStationBody"]) {
    const { data, error, response } = await client.POST("/stations", { body });
    return { status: response.status, applied: data?.applied ?? null, error };
  }

  async function* stations(limit: number): AsyncGenerator<Schemas["StationPlace"]> {
    let cursor: string | null = null;
    do {
      const query: { limit: number; cursor?: string } = cursor === null
        ? { limit }
        : { limit, cursor };
      const { data, error } = await client.GET("/stations", { params: { query } });
      if (error) throw new Error(error.detail);
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
  const missing = await client.GET("/stations/{station_id}", {
    params: { path: { station_id: "nowhere" } },
  });

  const names: (string | null)[] = [];
  for await (const { name } of stations(2)) names.push(name);

  const path = { station_id: "a" };
  const seen = await client.GET("/stations/{station_id}", { params: { path } });
  const tag = seen.response.headers.get("etag") ?? "";
  const change = (body: Schemas["UpdateStationBody"]) =>
    client.PATCH("/stations/{station_id}", {
      params: { path, header: { "If-Match": tag } },
      body,
    });
  const changed = await change({ latitude: 47.25, elevation: null });
  const stale = await change({ latitude: 0 });
  const after = await client.GET("/stations/{station_id}", { params: { path } });

  const tagged = await client.POST("/stations/{station_id}/tags", {
    params: { path },
    body: { tags: ["coast", "airport", "old"] },
  });
  await client.DELETE("/stations/{station_id}/tags", {
    params: { path, query: { tags: ["old", "coast"] } },
  });
  const byTag = await client.GET("/tags/{tag}/stations", { params: { path: { tag: "airport" } } });

  const observedAt = new Date("2010-01-31T23:30:00Z");
  await client.POST("/stations/{station_id}/observations", {
    params: { path },
    body: { observed_at: observedAt.toISOString(), temperature: 4.5, wind: null, pressure: "NaN" },
  });
  const report = await client.POST("/stations/{station_id}/observations", {
    params: { path },
    body: [1, 2, 3].map((hours) => ({
      observed_at: new Date(observedAt.getTime() + hours * 3_600_000).toISOString(),
      temperature: hours,
    })),
    parseAs: "text",
  });
  const range = { since: "2010-01-01T00:00:00Z", until: "2010-03-01T00:00:00Z" };
  const observed = await client.GET("/stations/{station_id}/observations", {
    params: { path, query: range },
  });
  const stream = await client.GET("/stations/{station_id}/observations", {
    params: { path, query: range },
    headers: { Accept: "application/x-ndjson" },
    parseAs: "text",
  });

  await client.POST("/stations/{station_id}/visits", { params: { path } });
  const visits = await client.GET("/stations/{station_id}/visits", { params: { path } });
  await client.POST("/stations/{station_id}/alerts", {
    params: { path },
    body: { raised_at: observedAt.toISOString(), severity: "high", message: "Storm" },
  });
  const alerts = await client.GET("/alerts/{day}", { params: { path: { day: "2010-01-31" } } });

  return {
    created,
    taken: [takenStatus, taken?.code, current?.name],
    refused: [refused?.status, refused?.code, refused?.errors?.[0]?.pointer],
    missing: [missing.response.status, missing.error?.code],
    names,
    changed: changed.data?.applied,
    stale: [
      stale.response.status,
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
