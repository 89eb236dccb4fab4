/**
 * The work that every contender is given, and the rows that it needs.
 *
 * @module
 */
import { rowAt } from "../bulk/rows.ts";
import { createZipf, type Random } from "./random.ts";
import type { PlannedRequest } from "./request_file.ts";

/** Stations with a row of their own. */
export const STATIONS = 10_000;
/** How many observations a station has in `MONTH`, and how many such stations there are, for each kind of series. */
export const SERIES = { short: { rows: 20, stations: 500 }, long: { rows: 200, stations: 200 } };
export const MONTH = "2020-01";
/** Where single observations are written to. */
const WRITTEN_STATIONS = 1_000;
const WRITES_IN_TEN = 1;

export interface RequestWork {
  readonly kind: "requests";
  readonly name: string;
  readonly title: string;
  /** That an answer holds, or a request writes. */
  readonly rows: number;
  /** Of the closed loop. */
  readonly connections: number;
  /** Whether `--quick` leaves it out. */
  readonly isLong: boolean;
  /** Makes the next request. */
  plan(random: Random): () => PlannedRequest;
}

export interface TransferWork {
  readonly kind: "transfer";
  readonly name: "rows-out" | "rows-in";
  readonly title: string;
  readonly isLong: boolean;
}

export type Work = RequestWork | TransferWork;

const CONNECTIONS = 64;

export function stationId(index: number): string {
  return `station-${index}`;
}

export function seriesId(series: keyof typeof SERIES, index: number): string {
  return `${series}-${index}`;
}

export const WORKS: readonly Work[] = [
  {
    kind: "requests",
    name: "read-1",
    title: "read 1 row",
    rows: 1,
    connections: CONNECTIONS,
    isLong: false,
    plan: (random) => () => readStation(Math.floor(random() * STATIONS)),
  },
  {
    kind: "requests",
    name: "one-client",
    title: "read 1 row, over 1 connection",
    rows: 1,
    connections: 1,
    isLong: true,
    plan: (random) => () => readStation(Math.floor(random() * STATIONS)),
  },
  {
    kind: "requests",
    name: "read-20",
    title: "read 20 rows",
    rows: SERIES.short.rows,
    connections: CONNECTIONS,
    isLong: false,
    plan: (random) => () => readSeries("short", random),
  },
  {
    kind: "requests",
    name: "read-200",
    title: "read 200 rows",
    rows: SERIES.long.rows,
    connections: CONNECTIONS,
    isLong: false,
    plan: (random) => () => readSeries("long", random),
  },
  {
    kind: "requests",
    name: "write-1",
    title: "write 1 row",
    rows: 1,
    connections: CONNECTIONS,
    isLong: true,
    plan: (random) => () => writeObservation(random),
  },
  {
    kind: "requests",
    name: "mixed",
    title: "9 reads to 1 write of 1 row, by Zipf",
    rows: 1,
    connections: CONNECTIONS,
    isLong: true,
    plan(random) {
      const zipf = createZipf(STATIONS, random);
      return () => random() * 10 < WRITES_IN_TEN ? writeObservation(random) : readStation(zipf());
    },
  },
  {
    kind: "requests",
    name: "hot-key",
    title: "read 1 row, the same for 2,000 connections",
    rows: 1,
    connections: 2_000,
    isLong: true,
    plan: () => () => readStation(0),
  },
  {
    kind: "requests",
    name: "hot-page",
    title: "read 20 rows, the same for 2,000 connections",
    rows: SERIES.short.rows,
    connections: 2_000,
    isLong: true,
    plan: () => () => readPage("short", 0),
  },
  {
    kind: "transfer",
    name: "rows-out",
    title: "many rows out as NDJSON",
    isLong: true,
  },
  {
    kind: "transfer",
    name: "rows-in",
    title: "many rows in as NDJSON",
    isLong: true,
  },
];

function readStation(index: number): PlannedRequest {
  return { method: "GET", path: `/stations/${stationId(index)}`, body: null };
}

function readSeries(series: keyof typeof SERIES, random: Random): PlannedRequest {
  return readPage(series, Math.floor(random() * SERIES[series].stations));
}

function readPage(series: keyof typeof SERIES, index: number): PlannedRequest {
  const id = seriesId(series, index);
  return { method: "GET", path: `/stations/${id}/observations/${MONTH}`, body: null };
}

function writeObservation(random: Random): PlannedRequest {
  const { observedAt, ...values } = rowAt(Math.floor(random() * 40_000));
  const station = `written-${Math.floor(random() * WRITTEN_STATIONS)}`;
  return {
    method: "POST",
    path: `/stations/${station}/observations`,
    body: JSON.stringify({ observed_at: observedAt.toISOString(), ...values }),
  };
}
