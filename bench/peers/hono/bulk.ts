/**
 * Many rows in a request or an answer of the Hono peer, as lines of JSON.
 *
 * @module
 */
import { TextLineStream } from "./text_lines.ts";
import type { Observation, Queries } from "./queries.ts";

const CONCURRENCY = 256;
const LINES_IN_A_CHUNK = 500;

type Key = readonly [tenant: string, station: string];

/** Writes each line by a statement of its own, many of them at once. */
export async function importLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: { queries: Queries; key: Key; parse(line: string): Observation },
): Promise<{ read: number; written: number; failed: number }> {
  const { queries, key, parse } = options;
  const lines = body.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .values();
  const summary = { read: 0, written: 0, failed: 0 };
  async function work(): Promise<void> {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      summary.read++;
      try {
        await queries.insert(key, parse(next.value));
        summary.written++;
      } catch {
        summary.failed++;
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return summary;
}

/** The rows of a range of time, newest first, month by month. */
export function exportLines(
  range: { since: Date; until: Date },
  options: { queries: Queries; key: Key },
): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunksOf(range, options));
}

async function* chunksOf(
  range: { since: Date; until: Date },
  { queries, key }: { queries: Queries; key: Key },
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let lines = "";
  let count = 0;
  for (const month of monthsBetween(range)) {
    for await (const row of queries.between([...key, month], range)) {
      lines += `${JSON.stringify(row)}\n`;
      if (++count % LINES_IN_A_CHUNK > 0) continue;
      yield encoder.encode(lines);
      lines = "";
    }
  }
  if (lines !== "") yield encoder.encode(lines);
}

/** The months of a range, the last one first. */
function monthsBetween({ since, until }: { since: Date; until: Date }): string[] {
  const months: string[] = [];
  const last = new Date(until.getTime() - 1);
  for (
    let year = last.getUTCFullYear(), month = last.getUTCMonth();
    Date.UTC(year, month + 1) > since.getTime();
    month--
  ) {
    if (month < 0) [year, month] = [year - 1, 11];
    months.push(`${year}-${String(month + 1).padStart(2, "0")}`);
  }
  return months;
}
