/**
 * Callers who ask for a large answer and do not read it: they take no slots from others, their own are given
 * back, and what was read for them is let go of. Callers who read slowly get all of it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { eventually } from "../support/eventually.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE rows (list text, id int, filling blob, PRIMARY KEY (list, id));",
  queries: `
-- name: list_rows :many
-- @route GET /rows/{list}
-- @public
-- @page size=100 max=100
SELECT id, filling FROM rows WHERE list = :list;

-- name: list_series :many
SELECT id, filling FROM rows WHERE list = 'l';
`,
};

/** For streams, and for large answers by their bytes. */
const PLACES = 2;
const STALL_MS = 1_500;
// More than sockets hold, as text: 16 MB.
const ROWS = 24;
const ROW_BYTES = 500_000;

const ANSWERS: [what: string, accept: string, path: string][] = [
  ["a stream of NDJSON", "application/x-ndjson", "/rows/l"],
  ["a stream of CSV", "text/csv", "/rows/l"],
  ["a page", "application/json", "/rows/l"],
  ["what a handler returns", "application/json", "/all-series"],
];

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL, {
    routes: ["rows/all_series"],
    env: {
      MAX_IN_FLIGHT: `${PLACES}`,
      MAX_IN_FLIGHT_PER_CALLER: "0",
      MAX_STREAMS: `${2 * PLACES}`,
      MAX_STREAMS_PER_ROUTE: `${PLACES}`,
      // The page is 16 MB as text.
      MAX_UNREAD_BYTES: `${PLACES * 2 * 17_000_000}`,
      STREAM_STALL_TIMEOUT_MS: `${STALL_MS}`,
      MAX_PAGE_BYTES: "67108864",
    },
  });
  const insert = "INSERT INTO rows (list, id, filling) VALUES ('l', ?, ?)";
  for (let id = 0; id < ROWS; id++) {
    await service.client.execute(insert, [id, Buffer.alloc(ROW_BYTES)], { prepare: true });
  }
});
after(() => service?.[Symbol.asyncDispose]());

/** Sends a request, and reads no further than the beginning of its answer; null if it is refused. */
async function tryAsk(
  accept: string,
  path: string,
  version = "1.1",
): Promise<Deno.TcpConn | null> {
  const { hostname, port } = new URL(service.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [`GET ${path} HTTP/${version}`, `Host: ${hostname}`, `Accept: ${accept}`, "", ""];
  await connection.write(new TextEncoder().encode(lines.join("\r\n")));
  const beginning = new Uint8Array(12);
  await connection.read(beginning);
  if (/^HTTP\/1\.. 200/.test(new TextDecoder().decode(beginning))) return connection;
  connection.close();
  return null;
}

function ask(accept: string, path: string, version: string): Promise<Deno.TcpConn> {
  return eventually("it is let in", async () => await tryAsk(accept, path, version) ?? false);
}

/** Callers who read nothing, until one more is refused; on a busy machine the first have lost their slots by then. */
async function fillSlots(accept: string, path: string) {
  const connections: Deno.TcpConn[] = [];
  const refused = await eventually("no slot is left", async () => {
    const asked = await Promise.all(Array.from({ length: PLACES }, () => tryAsk(accept, path)));
    connections.push(...asked.filter((each) => each !== null));
    const response = await get(path, accept);
    if (response.status !== 200) return response;
    await response.body?.cancel();
    return false;
  });
  return { connections, refused };
}

/** What comes in until the end, a piece at a time with a pause after each. */
async function readAll(connection: Deno.TcpConn, pauseMs = 0): Promise<string> {
  const pieces: Uint8Array[] = [];
  const buffer = new Uint8Array(256 * 1024);
  for (let count; (count = await connection.read(buffer).catch(() => null)) !== null;) {
    pieces.push(buffer.slice(0, count));
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return Buffer.concat(pieces).toString("latin1");
}

const ends = () => service.observations.filter((each) => each.kind === "request");
const get = (path: string, accept: string) => service.request(path, { headers: { accept } });

describe("a caller who reads nothing", () => {
  for (const [what, accept, path] of ANSWERS) {
    it(`loses the slot of ${what}, and point requests never notice`, async () => {
      const before = ends().length;
      const { connections, refused } = await fillSlots(accept, path);
      expect(refused.headers.get("retry-after")).toBe("5");
      expect((await problemOf(refused)).code).toBe("too_many_streams");
      expect((await get("/rows/none", "application/json")).status).toBe(200);
      await eventually("there are slots again", async () => {
        const response = await get(path, accept);
        await response.arrayBuffer();
        return response.status === 200;
      });
      // Others have left by themselves, and have no cause.
      const stalled = () =>
        ends().slice(before).filter(({ status, cause }) => status === 200 && cause !== undefined);
      // All of them, so that none ends, by the close below, within the next test.
      await eventually("every slot is given back", () => stalled().length === connections.length);
      for (const { code, cause } of stalled()) {
        expect(code).toBeNull();
        expect(String(cause)).toBe(`ReaderStalled: The caller took nothing for ${STALL_MS} ms`);
      }
      for (const connection of connections) connection.close();
    });
  }

  for (const [what, accept, path] of ANSWERS.slice(0, 2)) {
    it(`finds ${what} broken when they read on, over HTTP/1.0 too`, async () => {
      for (const version of ["1.0", "1.1"]) {
        const before = ends().length;
        using connection = await ask(accept, path, version);
        await eventually(
          "it is given up",
          () => ends().slice(before).some(({ cause }) => cause !== undefined),
        );
        const text = await readAll(connection);
        expect(text.length).toBeLessThan(ROWS * ROW_BYTES);
        // Neither the end of a row, nor the last chunk (RFC 9112, section 7.1).
        expect(text.endsWith(version === "1.0" ? "\n" : "0\r\n\r\n")).toBe(false);
      }
    });
  }
});

describe("a caller who reads slowly", () => {
  for (const [what, accept, path] of ANSWERS) {
    it(`gets all of ${what}`, async () => {
      const before = ends().length;
      const startedAt = performance.now();
      using connection = await ask(accept, path, "1.0");
      const text = await readAll(connection, 40);
      expect(performance.now() - startedAt).toBeGreaterThan(STALL_MS);
      expect(text.length).toBeGreaterThan(ROWS * ROW_BYTES * 4 / 3);
      await eventually("it is over", () => ends().length > before);
      expect(ends()[before]).toMatchObject({ status: 200, completed: true });
    });
  }
});
