/**
 * Load by a closed loop: each connection sends its next request when it has the answer to the last. By wrk,
 * which evens out coordinated omission in what it says of latencies.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { LoadMeasure } from "./quantiles.ts";
import { runProgram } from "./run_program.ts";

export interface ClosedLoopOptions {
  readonly url: string;
  readonly requestsFile: string;
  readonly tokensFile: string;
  readonly rowsOfRequest: number;
  readonly connections: number;
  readonly seconds: number;
}

export async function runClosedLoop(options: ClosedLoopOptions): Promise<LoadMeasure> {
  const { url, requestsFile, tokensFile, rowsOfRequest, connections, seconds } = options;
  const output = await runProgram("wrk", [
    // One thread suffices for what these machines answer, and leaves the other core to them.
    ...["--threads", "1", "--connections", `${connections}`, "--duration", `${seconds}s`],
    ...["--timeout", "10s", "--script", fileURLToPath(new URL("requests.lua", import.meta.url))],
    ...[url, "--", requestsFile, tokensFile],
  ]);
  const [, json] = /^RESULT (.+)$/m.exec(output) ?? [];
  if (json === undefined) throw new Error(`Cannot read the result of wrk: ${output}`);
  const { p50, p99, p999, ...counts } = JSON.parse(json) as Record<string, number>;
  return {
    seconds: counts.seconds!,
    requests: counts.requests!,
    rows: (counts.requests! - counts.errors!) * rowsOfRequest,
    errors: counts.errors!,
    latencyMs: { p50: p50!, p99: p99!, p999: p999! },
  };
}
