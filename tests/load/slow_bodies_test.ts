/**
 * Requests that their callers keep waiting: bodies that come in slowly, and keys whose time is still to come. Others are served
 * meanwhile, however many there are.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { connectTo, headOf, readResponse, writeAll } from "../support/clients/raw_http.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE words (id int PRIMARY KEY, word text);
CREATE TABLE files (id int PRIMARY KEY, content blob);
CREATE TABLE notes (id timeuuid PRIMARY KEY, note text);
`,
  queries: `
-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;

-- name: set_word :exec
-- @route PUT /words/{id}
-- @public
UPDATE words SET word = :word WHERE id = :id;

-- name: add_words :exec
-- @route POST /words
-- @public
-- @bulk
UPDATE words SET word = :word WHERE id = :id;

-- name: put_file :exec
-- @route PUT /files/{id}
-- @public
-- @raw content types=text/plain
UPDATE files SET content = :content WHERE id = :id;

-- name: add_note :exec
-- @route POST /notes
-- @scope stations:write
-- @param id in generated:timeuuid
INSERT INTO notes (id, note) VALUES (:id, :note);
`,
};
const PLACES = 2;
const encoder = new TextEncoder();

interface Slow {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

const JSON_TYPE = "application/json";
const WORD = '{"word":"tern"}';
const SLOW: readonly Slow[] = [
  { what: "of a write", method: "PUT", path: "/words/2", type: JSON_TYPE, body: WORD },
  {
    what: "of many writes",
    method: "POST",
    path: "/words",
    type: JSON_TYPE,
    body: '[{"id":2,"word":"tern"}]',
  },
  { what: "of a file", method: "PUT", path: "/files/1", type: "text/plain", body: "content" },
  { what: "for a handler", method: "POST", path: "/taken", type: "text/plain", body: "content" },
];

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL, {
    routes: ["held/take_body"],
    env: {
      MAX_IN_FLIGHT: `${PLACES}`,
      MAX_IN_FLIGHT_PER_CALLER: "0",
      IN_FLIGHT_LIMIT: "fixed",
    },
  });
});
after(() => service?.[Symbol.asyncDispose]());

async function inFlight(): Promise<number> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  return Number(/^cqlgate_load_in_flight (\d+)$/m.exec(text)![1]);
}

/** Answered with 404 by Cassandra's part of the service, and with 503 without a slot. */
const readWord = async () => {
  const response = await service.request("/words/1", { user: null });
  await response.body?.cancel();
  return response.status;
};

describe("A body that comes in slowly", () => {
  for (const { what, method, path, type, body } of SLOW) {
    for (const isDeclared of [true, false]) {
      const how = isDeclared ? "whose length is declared" : "in chunks";
      it(`lets others be served, and is taken when it is there: ${what}, ${how}`, async () => {
        const framing = isDeclared
          ? `Content-Length: ${body.length}`
          : "Transfer-Encoding: chunked";
        const headers = [`Content-Type: ${type}`, framing];
        const connections = await Promise.all(
          Array.from({ length: PLACES }, async () => {
            const connection = await connectTo(service.url);
            await writeAll(connection, headOf({ method, path, headers }));
            return connection;
          }),
        );
        try {
          await eventually(
            "none of them has a slot any more",
            async () => await inFlight() === 0 && await uploading() === connections.length,
          );
          expect(await readWord()).toBe(404);
          for (const connection of connections) {
            const text = isDeclared ? body : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
            await writeAll(connection, encoder.encode(text));
            const answer = promptly("it is answered", readResponse(connection));
            expect((await answer).status).toBeLessThan(300);
          }
          await eventually("all are over", async () => await inFlight() === 0);
        } finally {
          for (const connection of connections) connection.close();
        }
      });
    }
  }
});

describe("A key whose time is still to come", () => {
  it("lets others be served until then, and is given up by a caller who leaves", async () => {
    const leaving = new AbortController();
    const id = crypto.randomUUID();
    const sent = fetch(`${service.url}/notes`, {
      method: "POST",
      signal: leaving.signal,
      headers: {
        "authorization": `Bearer ${await service.token("writer")}`,
        "content-type": JSON_TYPE,
        "idempotency-key": keyOf(Date.now() + 4_900),
        "x-request-id": id,
      },
      body: '{"note":"early"}',
    }).then(({ status }) => status, () => "left");
    await eventually(
      "it waits outside its slot",
      async () => await inFlight() === 0 && await uploading() === 1,
    );
    expect(await readWord()).toBe(404);
    leaving.abort();
    expect(await sent).toBe("left");
    const entry = await eventually(
      "it is logged",
      () => service.observations.find((each) => each.kind === "request" && each.requestId === id),
    );
    expect(entry).toMatchObject({ status: 499, completed: false });
  });
});

/** A UUID of version 7 (RFC 9562, section 5.7). */
function keyOf(ms: number): string {
  const digits = ms.toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000001`;
}

/** How many requests are under way, in a slot or outside. */
async function uploading(): Promise<number> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  const counts = [...text.matchAll(/^cqlgate_http_requests_in_flight(?:\{[^}]*\})? (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
