/**
 * Load by an open loop: requests are sent at a fixed rate, whether answers come or not, as the many users of a
 * service do. By oha, which measures latency from when a request was due, so that a server that stalls
 * cannot hide the requests that it kept from being sent (coordinated omission).
 *
 * @module
 */
import { parseRequest } from "../work/request_file.ts";
import type { LoadMeasure } from "./quantiles.ts";
import { runProgram } from "./run_program.ts";

export interface OpenLoopOptions {
  readonly program: string;
  readonly url: string;
  readonly requestsFile: string;
  readonly token: string;
  readonly folder: string;
  readonly rowsOfRequest: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** More than are needed at once as long as the server keeps up. */
const CONNECTIONS = 200;

export async function runOpenLoop(options: OpenLoopOptions): Promise<LoadMeasure> {
  const { program, url, requestsFile, token, folder, rowsOfRequest, rate, seconds } = options;
  const lines = (await Deno.readTextFile(requestsFile)).trimEnd().split("\n");
  const urls = `${folder}/urls`;
  await Deno.writeTextFile(
    urls,
    lines.map((line) => `${url}${parseRequest(line).path}\n`).join(""),
  );
  const output = await runProgram(program, [
    ...["--no-tui", "--output-format", "json", "--latency-correction"],
    ...["-z", `${seconds}s`, "-q", `${rate}`, "-c", `${CONNECTIONS}`, "-t", "10s"],
    ...["-H", `Authorization: Bearer ${token}`, "--urls-from-file", urls],
  ]);
  return readReport(output, rowsOfRequest);
}

interface OhaReport {
  readonly summary: { readonly total: number };
  /** In seconds. */
  readonly latencyPercentiles: Readonly<Record<string, number | null>>;
  readonly statusCodeDistribution: Readonly<Record<string, number>>;
  readonly errorDistribution: Readonly<Record<string, number>>;
}

/** What oha prints, with `--output-format json`. */
export function readReport(text: string, rowsOfRequest: number): LoadMeasure {
  const { summary, latencyPercentiles, ...counts } = JSON.parse(text) as OhaReport;
  const answers = Object.entries(counts.statusCodeDistribution);
  const isSuccess = ([status]: [string, number]) => status.startsWith("2");
  const succeeded = sumOf(answers.filter(isSuccess));
  // Requests that are under way at the end are not failures.
  const broken = Object.entries(counts.errorDistribution)
    .filter(([reason]) => !reason.includes("deadline"));
  const failed = sumOf(answers.filter((answer) => !isSuccess(answer))) + sumOf(broken);
  const msAt = (percentile: string) => (latencyPercentiles[percentile] ?? 0) * 1_000;
  return {
    seconds: summary.total,
    requests: succeeded + failed,
    rows: succeeded * rowsOfRequest,
    errors: failed,
    latencyMs: { p50: msAt("p50"), p99: msAt("p99"), p999: msAt("p99.9") },
  };
}

function sumOf(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}
