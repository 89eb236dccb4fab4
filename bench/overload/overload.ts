/**
 * `deno task bench:overload`: what is answered at the peak, and at four times as many callers. Callers ask in a closed
 * loop; a caller that is refused waits as long as `Retry-After` asks for. The peak is the number of callers with the most
 * answers that are not refusals.
 *
 *     CASSANDRA_CONTACT_POINTS=… deno task bench:overload [--seconds 5] [--limit adaptive]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { startOwnProject } from "./own_project.ts";

const PROJECT = {
  migration: "CREATE TABLE samples (list text, id int, value double, PRIMARY KEY (list, id));\n",
  queries: `-- name: list_samples :many
-- @route GET /samples/{list}
-- @public
-- @page size=100 max=100
SELECT id, value FROM samples WHERE list = :list;
`,
};

const CALLERS = [8, 16, 32, 64, 128];

interface Measured {
  readonly callers: number;
  readonly goodput: number;
  readonly refused: number;
  readonly p99Ms: number;
}

async function bench(seconds: number, limit: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const service = await startOwnProject({
    ...PROJECT,
    env: { MAX_IN_FLIGHT_PER_CALLER: "0", IN_FLIGHT_LIMIT: limit },
  }, stack);
  for (let id = 0; id < 100; id++) {
    await service.client.execute(
      "INSERT INTO samples (list, id, value) VALUES ('l', ?, ?)",
      [id, id / 3],
      { prepare: true },
    );
  }
  const run = (callers: number) => measure(`${service.url}/samples/l`, { callers, seconds });
  await run(4);
  const steps: Measured[] = [];
  for (const callers of CALLERS) steps.push(await run(callers));
  const peak = steps.reduce((best, each) => each.goodput > best.goodput ? each : best);
  const over = await run(4 * peak.callers);
  for (const { callers, goodput, refused, p99Ms } of [...steps, over]) {
    console.log(
      `${callers} callers: ${Math.round(goodput)} answers/s, p99 ${p99Ms.toFixed(1)} ms, ${
        Math.round(refused)
      } refusals/s`,
    );
  }
  console.log(
    `At four times the callers of the peak: goodput ${
      (over.goodput / peak.goodput).toFixed(2)
    } of the peak's, p99 ${
      (over.p99Ms / peak.p99Ms).toFixed(2)
    } times the peak's; the limit is ${await service
      .metric("cqlgate_load_limit")}`,
  );
}

async function measure(
  url: string,
  { callers, seconds }: { readonly callers: number; readonly seconds: number },
): Promise<Measured> {
  const times: number[] = [];
  let refused = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < endsAt) {
        const sentAt = performance.now();
        const response = await fetch(url);
        await response.arrayBuffer();
        if (response.status === 200) {
          times.push(performance.now() - sentAt);
          continue;
        }
        refused++;
        const waitMs = Number(response.headers.get("retry-after")) * 1_000;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }),
  );
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  times.sort((a, b) => a - b);
  return {
    callers,
    goodput: times.length / tookSeconds,
    refused: refused / tookSeconds,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? NaN,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "5" },
      limit: { type: "string", default: "adaptive" },
    },
  });
  await bench(Number(values.seconds), values.limit);
}
