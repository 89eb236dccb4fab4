/**
 * Many rows in one request, as NDJSON, by curl, which costs little beside the server.
 *
 * @module
 */
import { endOf, START } from "../bulk/rows.ts";
import type { LoadMeasure } from "./quantiles.ts";
import { runProgram } from "./run_program.ts";

export interface TransferOptions {
  readonly url: string;
  readonly token: string;
  readonly station: string;
  readonly rows: number;
}

const NDJSON = "application/x-ndjson";
/** Reads the answer of curl to its end and counts the lines: `$@` is curl's. */
const COUNT_LINES = 'curl "$@" | wc -l';

/** Sends a file of rows. */
export async function sendRows(path: string, options: TransferOptions): Promise<LoadMeasure> {
  const { token, rows } = options;
  const startedAt = performance.now();
  const answer = await runProgram("curl", [
    ...curlOptions(token),
    ...["--request", "POST", "--upload-file", path, "--header", `Content-Type: ${NDJSON}`],
    observationsOf(options),
  ]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const written = Number(/"written":\s*(\d+)/.exec(answer)?.[1] ?? 0);
  return { seconds, requests: 1, rows: written, errors: rows - written, latencyMs: null };
}

/** Reads all rows of a station. */
export async function receiveRows(options: TransferOptions): Promise<LoadMeasure> {
  const { token, rows } = options;
  const range = new URLSearchParams({ since: START, until: endOf(rows) });
  const startedAt = performance.now();
  const output = await runProgram("sh", [
    ...["-c", COUNT_LINES, "sh", ...curlOptions(token), "--header", `Accept: ${NDJSON}`],
    `${observationsOf(options)}?${range}`,
  ]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const lines = Number(output);
  return { seconds, requests: 1, rows: lines, errors: rows - lines, latencyMs: null };
}

function curlOptions(token: string): string[] {
  return ["--silent", "--show-error", "--no-buffer", "--header", `Authorization: Bearer ${token}`];
}

function observationsOf({ url, station }: TransferOptions): string {
  return `${url}/stations/${station}/observations`;
}
