/**
 * A caller who leaves while the audit log takes the intent of its request, with AUDIT_FAILURE=refuse: what has not begun
 * by then is not begun for nobody, and the log says so.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { connectTo, headOf, type RawRequest, writeAll } from "../support/clients/raw_http.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { type AuditCollector, startCollector } from "../support/telemetry/audit_collector.ts";
import { readEvent } from "./audit_events.ts";
import { endOf } from "../support/telemetry/request_end.ts";

const CQL = {
  migration: "CREATE TABLE items (id text PRIMARY KEY, n int);",
  queries: `
-- @scope stations:write

-- name: put_item :exec
-- @route PUT /items/{id}
INSERT INTO items (id, n) VALUES (:id, :n);

-- name: create_item :applied
-- @route PUT /new-items/{id}
INSERT INTO items (id, n) VALUES (:id, :n) IF NOT EXISTS;

-- name: upload_items :exec
-- @route POST /items
-- @bulk
INSERT INTO items (id, n) VALUES (:id, :n);

-- name: get_item :one
-- @route GET /items/{id}
-- @audit
SELECT n FROM items WHERE id = :id;

-- name: list_items :many
-- @route GET /items/{id}/all
-- @audit
SELECT n FROM items WHERE id = :id;
`,
};

let collector: AuditCollector;
let service: OwnService;
before(async () => {
  collector = startCollector();
  service = await startOwnService(CQL, {
    env: { AUDIT_LOG: `socket:127.0.0.1:${collector.port}`, AUDIT_FAILURE: "refuse" },
    routes: ["calls/put_two"],
  });
});
afterEach(() => {
  collector.holdsAfter = Infinity;
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

/** What is on record of a request. */
function eventsOf(id: string) {
  return collector.lines.map(readEvent).filter((event) =>
    "request_id" in event && event.request_id === id
  );
}

interface Leaving extends RawRequest {
  readonly json?: unknown;
  readonly type?: string;
}

/** Sends a request and closes its connection once its intents of this number wait. Gives its id. */
async function leave(
  { json, type = "application/json", ...request }: Leaving,
  intents = 1,
): Promise<string> {
  const id = crypto.randomUUID();
  const body = json === undefined ? "" : JSON.stringify(json);
  using connection = await connectTo(service.url);
  const headers = [`Authorization: Bearer ${await service.token("writer")}`, `X-Request-Id: ${id}`];
  const ofBody = body === "" ? [] : [`Content-Type: ${type}`, `Content-Length: ${body.length}`];
  await writeAll(connection, headOf({ ...request, headers: [...headers, ...ofBody] }));
  await writeAll(connection, new TextEncoder().encode(body));
  await eventually(
    "its intent has arrived",
    () => eventsOf(id).filter(({ event }) => event === "intent").length === intents,
  );
  return id;
}

async function stored(): Promise<string[]> {
  const { rows } = await service.client.execute("SELECT id FROM items");
  return rows.map(({ id }) => id).sort();
}

const LEFT: readonly [string, Leaving][] = [
  ["a write", { method: "PUT", path: "/items/left", json: { n: 1 } }],
  ["a conditional write", { method: "PUT", path: "/new-items/left", json: { n: 1 } }],
  ["an input of an upload", { method: "POST", path: "/items", json: { id: "left", n: 1 } }],
  ["an upload", { method: "POST", path: "/items", json: [{ id: "left", n: 1 }] }],
  ["lines of an upload", {
    method: "POST",
    path: "/items",
    json: { id: "left", n: 1 },
    type: "application/x-ndjson",
  }],
  ["a write by hand", { method: "PUT", path: "/pairs/left" }],
  ["a read", { path: "/items/left" }],
  ["a page", { path: "/items/left/all" }],
];

describe("A caller who leaves before the intent of its request is on record", () => {
  for (const [what, request] of LEFT) {
    it(`has ${what} given up at once, and nothing is done`, async () => {
      collector.holdsAfter = collector.lines.length;
      const id = await leave(request);
      expect(await eventually("it is over", () => endOf(service, id))).toMatchObject({
        status: 499,
        completed: false,
      });
      collector.holdsAfter = Infinity;
      const [, outcome] = await eventually("its outcome is on record", () => {
        const events = eventsOf(id);
        return events.length > 1 && events;
      });
      expect(outcome).toMatchObject({ event: "outcome", outcome: "refused", code: null });
      expect(await stored()).toEqual([]);
    });
  }

  it("has what is written by hand completed once a part of it is written", async () => {
    // The first intent and its outcome pass, and the next intent waits.
    collector.holdsAfter = collector.lines.length + 2;
    const id = await leave({ method: "PUT", path: "/pairs/both" }, 2);
    collector.holdsAfter = Infinity;
    await eventually("both are on record", () => eventsOf(id).length === 4);
    expect(await stored()).toEqual(["both-1", "both-2"]);
  });
});
