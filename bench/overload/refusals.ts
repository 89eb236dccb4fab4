/**
 * `deno task bench:refusals`: what a request that is refused for the load costs the process, beside one that is served, in
 * processor time. Unlike a rate, that hardly depends on what else the machine does.
 *
 *     CASSANDRA_CONTACT_POINTS=… deno task bench:refusals [--requests 4000]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type OwnProject, startOwnProject } from "./own_project.ts";

const PROJECT = {
  migration: "CREATE TABLE samples (list text, id int, value double, PRIMARY KEY (list, id));\n",
  queries: `-- name: list_samples :many
-- @route GET /samples/{list}
-- @public
-- @page size=100 max=100
SELECT id, value FROM samples WHERE list = :list;
`,
};
const ROWS = 100;
/** So many callers ask a service that serves one request at a time. */
const CROWD = 64;

interface Counted {
  readonly served: number;
  readonly refused: number;
  readonly cpuMs: number;
}

async function count(service: OwnProject, callers: number, requests: number): Promise<Counted> {
  const cpu = () => service.metric("process_cpu_seconds_total");
  const before = await cpu();
  let left = requests;
  let served = 0;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left-- > 0) {
      const response = await fetch(`${service.url}/samples/l`);
      await response.arrayBuffer();
      if (response.status === 200) served++;
    }
  }));
  return { served, refused: requests - served, cpuMs: (await cpu() - before) * 1_000 };
}

async function bench(requests: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const service = await startOwnProject({
    ...PROJECT,
    env: { MAX_IN_FLIGHT: "1", IN_FLIGHT_LIMIT: "fixed", LOG_LEVEL: "info" },
    stdout: "null",
  }, stack);
  const insert = "INSERT INTO samples (list, id, value) VALUES ('l', ?, ?)";
  for (let id = 0; id < ROWS; id++) {
    await service.client.execute(insert, [id, id / 3], { prepare: true });
  }
  await count(service, 1, requests / 4);
  await count(service, CROWD, requests);
  const alone = await count(service, 1, requests / 4);
  const crowd = await count(service, CROWD, requests);
  const servedMs = alone.cpuMs / alone.served;
  const refusedMs = (crowd.cpuMs - crowd.served * servedMs) / crowd.refused;
  console.log(
    `A page of ${ROWS} rows: ${micros(servedMs)} µs. A refusal: ${micros(refusedMs)} µs, ${
      (refusedMs / servedMs).toFixed(2)
    } of it (${crowd.refused} of ${requests} were refused)`,
  );
}

function micros(ms: number): string {
  return (ms * 1_000).toFixed(0);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { requests: { type: "string", default: "4000" } } });
  await bench(Number(values.requests));
}
