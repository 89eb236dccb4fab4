/**
 * `deno task bench:burst`: thousands of callers who ask at the same moment, as when all of them get the same notification.
 * Each has a connection, opened before, and reads a row once: all the same row, or each a different one.
 *
 *     CASSANDRA_CONTACT_POINTS=… deno task bench:burst [--callers 500,1000,2000,4000] [--rounds 3]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { quantilesOf } from "../load/quantiles.ts";
import { count, counts } from "../options.ts";
import { runBench } from "../run_bench.ts";
import { type OwnProject, startOwnProject } from "./own_project.ts";

const PROJECT = {
  migration: "CREATE TABLE samples (id int PRIMARY KEY, value double);\n",
  queries: `-- name: get_sample :one
-- @route GET /samples/{id}
-- @public
SELECT id, value FROM samples WHERE id = :id;
`,
};

const ROWS = 10_000;
/** Until its code is compiled, a service is as slow as no other time. */
const WARM_UP_REQUESTS = 20_000;
const WARM_UP_CALLERS = 64;
/** After a burst: the next one finds a quiet service. */
const REST_MS = 3_000;

interface Answer {
  readonly status: number;
  readonly tookMs: number;
}

async function bench(callers: readonly number[], rounds: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  // All callers share an address here, which the share of one caller would keep at a quarter.
  const service = await startOwnProject(
    { ...PROJECT, env: { MAX_IN_FLIGHT_PER_CALLER: "0" } },
    stack,
  );
  for (let id = 0; id < ROWS; id++) {
    await service.client.execute("INSERT INTO samples (id, value) VALUES (?, ?)", [id, id / 3], {
      prepare: true,
    });
  }
  await warmUp(service);
  for (const count of callers) {
    for (const row of ["the same", "different"] as const) {
      for (let round = 0; round < rounds; round++) {
        await new Promise((resolve) => setTimeout(resolve, REST_MS));
        const idOf = (index: number) => row === "the same" ? 1 : index % ROWS;
        say(
          `${count} callers, ${row === "the same" ? "the same row" : "different rows"}`,
          await burst(service, count, idOf),
        );
      }
    }
  }
}

async function warmUp({ url }: OwnProject): Promise<void> {
  let left = WARM_UP_REQUESTS;
  await Promise.all(Array.from({ length: WARM_UP_CALLERS }, async () => {
    while (left-- > 0) await (await fetch(`${url}/samples/${left % ROWS}`)).arrayBuffer();
  }));
}

/** Sends all requests once every caller is connected. */
async function burst(
  { url }: OwnProject,
  callers: number,
  idOf: (index: number) => number,
): Promise<Answer[]> {
  const { hostname, port } = new URL(url);
  const connections: Deno.TcpConn[] = [];
  try {
    for (let index = 0; index < callers; index++) {
      connections.push(await Deno.connect({ hostname, port: Number(port) }));
    }
    const startedAt = performance.now();
    return await Promise.all(connections.map(async (connection, index) => {
      const head = `GET /samples/${idOf(index)} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
      const bytes = new Uint8Array(4_096);
      const length = await connection.read(bytes) ?? 0;
      const tookMs = performance.now() - startedAt;
      const [, status = "0"] = new TextDecoder().decode(bytes.subarray(0, length)).split(" ", 2);
      return { status: Number(status), tookMs };
    }));
  } finally {
    for (const connection of connections) connection.close();
  }
}

function say(what: string, answers: readonly Answer[]): void {
  const times = answers.filter(({ status }) => status === 200).map(({ tookMs }) => tookMs);
  const { p50, p99 } = quantilesOf(times);
  console.log(
    `${what}: ${times.length} answered, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; ${
      answers.length - times.length
    } refused`,
  );
}

if (import.meta.main) {
  await runBench("bench:burst", async () => {
    const { values: { callers, rounds } } = parseArgs({
      options: {
        callers: { type: "string", default: "500,1000,2000,4000" },
        rounds: { type: "string", default: "3" },
      },
    });
    await bench(counts("callers", callers), count("rounds", rounds));
  });
}
