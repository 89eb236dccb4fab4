/**
 * @module
 * `deno task demo`: loads a year of hourly weather through the running service, reads a month of it
 * back page by page, and compares that with the file value by value.
 *
 *     deno task demo [--url http://localhost:8000] [--concurrency 64]
 */

import { parseArgs } from "node:util";
import { type Answer, DemoClient } from "./demo_client.ts";
import { type Observation, readObservations } from "./demo_data.ts";
import { progressBar } from "./progress_bar.ts";
import { DEV_ISSUER } from "./token.ts";

const STATION = { station_id: "sea-tac", name: "Seattle-Tacoma Airport", elevation: 132 };
const OBSERVATIONS = `/stations/${STATION.station_id}/observations`;

/** Less than a month has, so that there are pages to follow. */
const PAGE_SIZE = 200;

async function demo(
  client: DemoClient,
  { concurrency, log }: { concurrency: number; log(line: string): void },
): Promise<void> {
  const observations = await readObservations();
  log(`Station       ${STATION.station_id}, ${await createStation(client)}`);

  const progress = progressBar("Writing", observations.length);
  const { latenciesMs, elapsedMs } = await write(client, observations, { concurrency, progress });
  log(
    `Observations  ${formatCount(latenciesMs.length)} written in ${formatSeconds(elapsedMs)}: ` +
      `${formatCount(Math.round(latenciesMs.length / (elapsedMs / 1_000)))} rows/s, ` +
      `p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms, ` +
      `p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms, ${concurrency} at a time`,
  );

  const month = observations[0]!.observed_at.slice(0, "2010-01".length);
  const startedAt = performance.now();
  const { items, pages } = await readMonth(client, month);
  const readMs = performance.now() - startedAt;
  const expected = observations.filter(({ observed_at }) => observed_at.startsWith(month));
  compare(items, expected);
  log(
    `Read back     ${formatCount(items.length)} of ${month} in ${pages} pages and ` +
      `${readMs.toFixed(0)} ms: the same as in the file, value by value`,
  );
}

async function createStation(client: DemoClient): Promise<string> {
  const answer = await client.post("/stations", STATION);
  if (answer.status === 201) return "created";
  if (answer.status === 409) return "there already";
  throw unexpected("create the station", answer);
}

/** Writes all observations, a bounded number at a time, and times each. */
async function write(
  client: DemoClient,
  observations: readonly Observation[],
  { concurrency, progress }: { concurrency: number; progress: (done: number) => void },
): Promise<{ latenciesMs: number[]; elapsedMs: number }> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
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
  return { latenciesMs, elapsedMs: performance.now() - startedAt };
}

/** Reads a month, newest first, following each page's cursor to the next. */
async function readMonth(
  client: DemoClient,
  month: string,
): Promise<{ items: Observation[]; pages: number }> {
  const items: Observation[] = [];
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  for (let pages = 1;; pages++) {
    const answer = await client.get(`${OBSERVATIONS}/${month}?${query}`);
    if (answer.status !== 200) throw unexpected(`read page ${pages} of ${month}`, answer);
    const page = answer.body as { items: Observation[]; next_cursor: string | null };
    items.push(...page.items);
    if (page.next_cursor === null) return { items, pages };
    query.set("cursor", page.next_cursor);
  }
}

/** Holds what was read, newest first, against what the file says, oldest first. */
function compare(items: readonly Observation[], expected: readonly Observation[]): void {
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

function unexpected(action: string, { status, body }: Answer): Error {
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

function readOptions(args: string[]): { url: string; concurrency: number } {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: "string", default: Deno.env.get("CQLGATE_URL") || "http://localhost:8000" },
      concurrency: { type: "string", default: "64" },
    },
  });
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(
      `Cannot run the demo: --concurrency is "${values.concurrency}", not a count`,
    );
  }
  return { url: values.url, concurrency };
}

if (import.meta.main) {
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
