/**
 * `deno task demo`: loads a year of hourly weather through the running service in one bulk request,
 * reads a month of it back page by page and the whole of it as one stream, and compares both with the
 * file value by value. `--single` writes with one request for each observation, for comparison.
 *
 *     deno task demo [--url http://localhost:8000] [--single] [--concurrency 64]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { heedHelp } from "../../tasks/usage.ts";
import { DEV_ISSUER } from "../oidc/token_request.ts";
import { type DemoAnswer, DemoClient } from "./demo_client.ts";
import { readObservations, type WeatherObservation } from "./demo_data.ts";
import { progressBar } from "./progress_bar.ts";

const STATION = { station_id: "sea-tac", name: "Seattle-Tacoma Airport", elevation: 132 };
const OBSERVATIONS = `/stations/${STATION.station_id}/observations`;

/** Less than a month has, so that there are pages to follow. */
const PAGE_SIZE = 200;

/** What is sent at once of a bulk request: enough to cost little, not too much for a progress bar. */
const LINES_IN_A_BLOCK = 100;

interface DemoOptions {
  /** How many requests at once, each for one observation; null for one request for all. */
  readonly concurrency: number | null;
  log(line: string): void;
}

async function demo(client: DemoClient, { concurrency, log }: DemoOptions): Promise<void> {
  const observations = await readObservations();
  log(`Station       ${STATION.station_id}, ${await createStation(client)}`);

  const progress = progressBar("Writing", observations.length);
  const writingSince = performance.now();
  const { written, how } = concurrency === null
    ? await writeBulk(client, observations, { progress })
    : await writeSingly(client, observations, { concurrency, progress });
  const writeMs = performance.now() - writingSince;
  log(
    `Observations  ${formatCount(written)} written in ${formatSeconds(writeMs)}: ` +
      `${formatRate(written, writeMs)}, ${how}`,
  );

  const month = observations[0]!.observed_at.slice(0, "2010-01".length);
  const readingSince = performance.now();
  const { items, pages } = await readMonth(client, month);
  const readMs = performance.now() - readingSince;
  compare(items, observations.filter(({ observed_at }) => observed_at.startsWith(month)));
  log(
    `Read back     ${formatCount(items.length)} of ${month} in ${pages} pages and ` +
      `${readMs.toFixed(0)} ms: the same as in the file, value by value`,
  );

  const streamingSince = performance.now();
  const all = await readAll(client, observations);
  const streamMs = performance.now() - streamingSince;
  compare(all, observations);
  log(
    `Read back     ${formatCount(all.length)} in one stream and ${streamMs.toFixed(0)} ms: ` +
      `${formatRate(all.length, streamMs)}, in order, none missing, none twice`,
  );
}

async function createStation(client: DemoClient): Promise<string> {
  const answer = await client.post("/stations", STATION);
  if (answer.status === 201) return "created";
  if (answer.status === 409) return "there already";
  throw unexpected("create the station", answer);
}

type Progress = (done: number) => void;

interface Written {
  readonly written: number;
  /** In words. */
  readonly how: string;
}

/** A line of the answer to a bulk request. */
type ReportLine =
  | { readonly line: number; readonly code: string; readonly detail: string }
  | { readonly summary: { readonly read: number; readonly written: number } };

/** Writes all observations in one request, and takes the service's word for how many were written. */
async function writeBulk(
  client: DemoClient,
  observations: readonly WeatherObservation[],
  { progress }: { progress: Progress },
): Promise<Written> {
  function* lines(): Generator<string> {
    for (let sent = 0; sent < observations.length;) {
      const block = observations.slice(sent, sent + LINES_IN_A_BLOCK);
      yield block.map((observation) => `${JSON.stringify(observation)}\n`).join("");
      progress(sent += block.length);
    }
  }
  const failures: ReportLine[] = [];
  for await (const line of client.upload(OBSERVATIONS, lines) as AsyncIterable<ReportLine>) {
    if ("summary" in line && failures.length === 0) {
      return { written: line.summary.written, how: "in one request" };
    }
    failures.push(line);
  }
  const shown = failures.slice(-5).map((failure) => JSON.stringify(failure)).join("\n");
  throw new Error(`Cannot write all observations: the service answers\n${shown}`);
}

/** Writes all observations, a bounded number at a time, and times each. */
async function writeSingly(
  client: DemoClient,
  observations: readonly WeatherObservation[],
  { concurrency, progress }: { concurrency: number; progress: Progress },
): Promise<Written> {
  const latenciesMs: number[] = [];
  const queue = observations.values();
  const worker = async () => {
    for (const observation of queue) {
      const sentAt = performance.now();
      const answer = await client.post(OBSERVATIONS, observation);
      if (answer.status !== 204) throw unexpected(`write ${observation.observed_at}`, answer);
      latenciesMs.push(performance.now() - sentAt);
      progress(latenciesMs.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    written: latenciesMs.length,
    how: `p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms, ` +
      `p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms, ${concurrency} at a time`,
  };
}

/** Reads a month, newest first, following each page's cursor to the next. */
async function readMonth(
  client: DemoClient,
  month: string,
): Promise<{ items: WeatherObservation[]; pages: number }> {
  const items: WeatherObservation[] = [];
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  for (let pages = 1;; pages++) {
    const answer = await client.get(`${OBSERVATIONS}/${month}?${query}`);
    if (answer.status !== 200) throw unexpected(`read page ${pages} of ${month}`, answer);
    const page = answer.body as { items: WeatherObservation[]; next_cursor: string | null };
    items.push(...page.items);
    if (page.next_cursor === null) return { items, pages };
    query.set("cursor", page.next_cursor);
  }
}

/** Reads all observations, newest first, as one stream. */
async function readAll(
  client: DemoClient,
  observations: readonly WeatherObservation[],
): Promise<WeatherObservation[]> {
  const query = new URLSearchParams({
    since: observations[0]!.observed_at,
    // The end is exclusive.
    until: new Date(Date.parse(observations.at(-1)!.observed_at) + 1).toISOString(),
  });
  const items: WeatherObservation[] = [];
  for await (const item of client.stream(`${OBSERVATIONS}?${query}`)) {
    items.push(item as WeatherObservation);
  }
  return items;
}

/** Compares what was read, newest first, with what the file says, oldest first. */
function compare(
  items: readonly WeatherObservation[],
  expected: readonly WeatherObservation[],
): void {
  if (items.length !== expected.length) {
    throw new Error(
      `Cannot confirm what was written: ${items.length} observations came back, ` +
        `the file has ${expected.length}`,
    );
  }
  const newestFirst = expected.toSorted((a, b) => b.observed_at.localeCompare(a.observed_at));
  for (const [index, wanted] of newestFirst.entries()) {
    const got = items[index]!;
    const same = Date.parse(got.observed_at) === Date.parse(wanted.observed_at) &&
      got.temperature === wanted.temperature && got.pressure === wanted.pressure &&
      got.wind === wanted.wind;
    if (!same) {
      throw new Error(
        `Cannot confirm what was written: observation ${index + 1} came back as\n` +
          `  ${JSON.stringify(got)}\nwhere the file has\n  ${JSON.stringify(wanted)}`,
      );
    }
  }
}

function unexpected(action: string, { status, body }: DemoAnswer): Error {
  return new Error(`Cannot ${action}: the service answers ${status}\n${JSON.stringify(body)}`);
}

function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

function formatRate(count: number, milliseconds: number): string {
  return `${formatCount(Math.round(count / (milliseconds / 1_000)))} rows/s`;
}

function readOptions(args: string[]): { url: string; concurrency: number | null } {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: "string", default: Deno.env.get("CQLGATE_URL") || "http://localhost:8000" },
      single: { type: "boolean", default: false },
      concurrency: { type: "string", default: "64" },
    },
  });
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(
      `Cannot run the demo: --concurrency is "${values.concurrency}", not a count`,
    );
  }
  return { url: values.url, concurrency: values.single ? concurrency : null };
}

if (import.meta.main) {
  heedHelp("demo");
  try {
    const { url, concurrency } = readOptions(Deno.args);
    const issuer = Deno.env.get("OIDC_ISSUER") || DEV_ISSUER;
    await demo(new DemoClient(url, { issuer, user: "writer" }), { concurrency, log: console.log });
  } catch (error) {
    console.error((error as Error).message);
    // Not the end of the script: other workers may still be writing.
    Deno.exit(1);
  }
}
