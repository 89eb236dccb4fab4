/**
 * Fills the tables that the work reads.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { rowAt } from "../bulk/rows.ts";
import { TENANT } from "../work/tenant.ts";
import { MONTH, SERIES, seriesId, stationId, STATIONS } from "../work/works.ts";

const INSERT_STATION = `INSERT INTO stations
  (tenant_id, station_id, name, elevation, latitude, longitude) VALUES (?, ?, ?, ?, ?, ?)`;
const INSERT_OBSERVATION = `INSERT INTO observations
  (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const CONCURRENCY = 64;
const HOUR_MS = 3_600_000;

export async function fill(client: cassandra.Client): Promise<void> {
  const options = { prepare: true, isIdempotent: true };
  await inParallel(STATIONS, async (index) => {
    const { temperature, pressure, wind } = rowAt(index);
    const values = [TENANT, stationId(index), `Station ${index}`, pressure, temperature, wind];
    await client.execute(INSERT_STATION, values, options);
  });
  for (const series of ["short", "long"] as const) {
    const { rows, stations } = SERIES[series];
    await inParallel(stations, async (index) => {
      const key = [TENANT, seriesId(series, index), MONTH];
      const batch = Array.from({ length: rows }, (_, row) => {
        const { temperature, pressure, wind } = rowAt(index * rows + row);
        const observedAt = new Date(Date.parse(`${MONTH}-01T00:00:00Z`) + row * HOUR_MS);
        const params = [...key, observedAt, temperature, pressure, wind];
        return { query: INSERT_OBSERVATION, params };
      });
      await client.batch(batch, { ...options, logged: false });
    });
  }
}

async function inParallel(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}
