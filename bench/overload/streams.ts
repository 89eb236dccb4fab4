/**
 * `deno task bench:streams`: what callers hold who ask for large results and read nothing, or read all of them, and what
 * point requests notice of it. Each caller asks for 18 MB as NDJSON, all at once; then they leave, and the memory of the
 * minute after is measured.
 *
 *     CASSANDRA_CONTACT_POINTS=… deno task bench:streams [--readers 916] [--streams 128] [--read]
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import { count } from "../options.ts";
import { runBench } from "../run_bench.ts";
import { startOwnProject } from "./own_project.ts";

const PROJECT = {
  migration: `CREATE TABLE samples (list text, id int, filling blob, PRIMARY KEY (list, id));
CREATE TABLE words (id int PRIMARY KEY, word text);
`,
  queries: `-- name: list_samples :many
-- @route GET /samples/{list}
-- @public
SELECT id, filling FROM samples WHERE list = :list;

-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;
`,
};

const ROWS = 6_000;
const ROW_BYTES = 3_000;
const MEMORY = {
  "resident": "process_resident_memory_bytes",
  "heap": "cqlgate_heap_bytes",
  "of it used": "cqlgate_heap_used_bytes",
  "outside the heap": "cqlgate_external_memory_bytes",
};
/** How long callers read nothing, or all that they get. */
const STALL_MS = 15_000;
/** After they have left, in seconds. */
const MEASURED_AFTER = [5, 20, 60];

interface BenchOptions {
  readonly readers: number;
  readonly streams: number;
  /** Whether callers read what they asked for. */
  readonly reading: boolean;
}

async function bench({ readers, streams, reading }: BenchOptions): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const service = await startOwnProject({
    ...PROJECT,
    // All callers share an address here, which the share of one caller would keep at a quarter.
    env: {
      MAX_IN_FLIGHT_PER_CALLER: "0",
      MAX_STREAMS: String(streams),
      MAX_STREAMS_PER_ROUTE: String(streams),
    },
  }, stack);
  const insert = "INSERT INTO samples (list, id, filling) VALUES ('l', ?, ?)";
  for (let from = 0; from < ROWS; from += 100) {
    await Promise.all(
      Array.from(
        { length: 100 },
        (_, index) =>
          service.client.execute(insert, [from + index, Buffer.alloc(ROW_BYTES)], {
            prepare: true,
          }),
      ),
    );
  }
  const url = new URL(service.url);
  const memory: string[] = [];
  const measure = async (when: string) => {
    const parts = await Promise.all(
      Object.entries(MEMORY).map(async ([what, metric]) =>
        `${Math.round(await service.metric(metric) / 2 ** 20)} MiB ${what}`
      ),
    );
    memory.push(`${when}: ${parts.join(", ")}`);
  };

  await pointReads(service.url, 1_000);
  for (let count = 0; count < 3; count++) {
    await (await fetch(`${url}samples/l`, { headers: { accept: "application/x-ndjson" } })).text();
  }
  await measure("before");

  const point = keepReading(service.url);
  const connections = await Promise.all(Array.from({ length: readers }, () => ask(url)));
  const bytes = reading ? connections.map(({ connection }) => readAll(connection)) : [];
  await new Promise((resolve) => setTimeout(resolve, STALL_MS));
  await measure(reading ? "while they read" : "stalled");
  for (const { connection } of connections) connection.close();
  const received = (await Promise.all(bytes)).reduce((sum, each) => sum + each, 0);
  const leftAt = performance.now();
  for (const seconds of MEASURED_AFTER) {
    const waitMs = leftAt + seconds * 1_000 - performance.now();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await measure(`${seconds} s after they left`);
  }
  const { failed, read, slowestMs } = await point.stop();
  const accepted = connections.filter(({ status }) => status === 200).length;
  console.log(
    [
      `${readers} readers that ${reading ? "read" : "stall"}, ${accepted} of them accepted`,
      ...reading ? [`They received ${Math.round(received / 2 ** 20)} MiB`] : [],
      ...memory,
      `Point reads meanwhile: ${read}, of which ${failed} failed; the slowest took ${
        Math.round(slowestMs)
      } ms`,
    ].join("\n"),
  );
}

/** Asks for a stream and reads nothing but its status. */
async function ask({ hostname, port }: URL) {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head =
    `GET /samples/l HTTP/1.1\r\nHost: ${hostname}\r\nAccept: application/x-ndjson\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const beginning = new Uint8Array(12);
  await connection.read(beginning);
  return { connection, status: Number(new TextDecoder().decode(beginning).slice(9)) };
}

/** Reads until there is no more, or the connection is closed. @returns how many bytes came */
async function readAll(connection: Deno.TcpConn): Promise<number> {
  const buffer = new Uint8Array(256 * 1024);
  let total = 0;
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) total += count;
  } catch {
    // It was closed meanwhile.
  }
  return total;
}

async function pointReads(url: string, count: number): Promise<void> {
  for (let id = 0; id < count; id++) await (await fetch(`${url}/words/${id}`)).body?.cancel();
}

/** Reads a row that is not there, again and again, until it is stopped. */
function keepReading(url: string) {
  const counts = { read: 0, failed: 0, slowestMs: 0 };
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      const response = await fetch(`${url}/words/${counts.read}`);
      await response.body?.cancel();
      counts.read++;
      if (response.status !== 404) counts.failed++;
      counts.slowestMs = Math.max(counts.slowestMs, performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await reading;
      return counts;
    },
  };
}

if (import.meta.main) {
  await runBench("bench:streams", async () => {
    const { values } = parseArgs({
      options: {
        readers: { type: "string", default: "916" },
        streams: { type: "string", default: "128" },
        read: { type: "boolean", default: false },
      },
    });
    const { readers, streams, read: reading } = values;
    await bench({
      readers: count("readers", readers),
      streams: count("streams", streams),
      reading,
    });
  });
}
