/**
 * What is on record of a service as a process, when it is told to stop or killed under load: every write
 * exactly once.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { AuditEvent } from "../../audit/event.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { untilReady } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";
import { readEvents } from "./audit_events.ts";

const CQL = {
  migration: `
CREATE TABLE items (tenant text, id text, n int, PRIMARY KEY ((tenant, id)));
CREATE TABLE counts (id text PRIMARY KEY, n int);
`,
  queries: `
-- name: put_item :exec
-- @route PUT /items/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
INSERT INTO items (tenant, id, n) VALUES (:tenant, :id, :n);

-- name: add_item :applied
-- @route POST /items/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
INSERT INTO items (tenant, id, n) VALUES (:tenant, :id, :n) IF NOT EXISTS;

-- name: put_twice :exec
-- @route PUT /twice/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
BEGIN BATCH
  INSERT INTO items (tenant, id, n) VALUES (:tenant, :id, :n);
  INSERT INTO counts (id, n) VALUES (:id, :n);
APPLY BATCH;

-- name: upload_items :exec
-- @route POST /items
-- @scope stations:write
-- @bulk
-- @param tenant in claim:tenant
INSERT INTO items (tenant, id, n) VALUES (:tenant, :id, :n);

-- name: drop_item :exec
-- @route DELETE /items/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
DELETE FROM items WHERE tenant = :tenant AND id = :id;
`,
};

const CONCURRENCY = 50;

/** A request of the load, and how it stands on record where it was answered. */
interface Kind {
  readonly method: string;
  readonly path: (id: string) => string;
  readonly body?: (id: string) => string;
  readonly type?: string;
  readonly status: number;
  readonly onRecord: object;
}

const KINDS: readonly Kind[] = [
  {
    method: "PUT",
    path: (id) => `/items/${id}`,
    body: () => '{"n":1}',
    status: 204,
    onRecord: { event: "outcome", query: "put_item", outcome: "ok" },
  },
  {
    method: "POST",
    path: (id) => `/items/${id}`,
    body: () => '{"n":1}',
    status: 201,
    onRecord: { event: "outcome", query: "add_item", outcome: "applied" },
  },
  {
    method: "PUT",
    path: (id) => `/twice/${id}`,
    body: () => '{"n":1}',
    status: 204,
    onRecord: { event: "outcome", query: "put_twice", outcome: "ok" },
  },
  {
    method: "POST",
    path: () => "/items",
    type: "application/x-ndjson",
    body: (id) => `{"id":"${id}","n":1}\n{"id":"${id}-2","n":2}`,
    status: 200,
    onRecord: { event: "outcome", query: "upload_items", outcome: "ok" },
  },
  {
    method: "DELETE",
    path: (id) => `/items/${id}`,
    status: 204,
    onRecord: { event: "outcome", query: "drop_item", outcome: "ok" },
  },
  {
    method: "PUT",
    path: (id) => `/items/${id}`,
    body: () => '{"n":"x"}',
    status: 422,
    onRecord: { event: "refusal", code: "invalid_input", status: 422 },
  },
];
/** Most of the load is plain writes, since they are fast. */
const MIX = [0, 0, 0, 0, 1, 0, 0, 2, 0, 3, 0, 4, 0, 0, 5, 0];

/** One attempt of a request: the status, or null where no answer came. */
interface Attempt {
  readonly requestId: string;
  readonly kind: Kind;
  readonly status: number | null;
}

let service: OwnService;
let folder: string;
let authorization: string;

before(async () => {
  folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  service = await startOwnService(CQL);
  authorization = `Bearer ${await service.token("writer")}`;
  // What it made is wanted, not itself.
  await service.close();
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

async function spawnAudited(name: string, env: Record<string, string> = {}) {
  const path = `${folder}/${name}.jsonl`;
  const all = {
    ...service.env,
    CQL_DIR: service.config.cqlDir,
    AUDIT_LOG: `file:${path}`,
    ...env,
  };
  const process = await spawnService(all, { args: taskArguments("start:audit", all) });
  await untilReady(process.url);
  return { process, path, events: async () => readEvents(await Deno.readTextFile(path)) };
}

async function send(
  { url }: ServiceProcess,
  { kind, id }: { kind: Kind; id: string },
): Promise<Attempt> {
  const requestId = crypto.randomUUID();
  const headers = {
    authorization,
    "x-request-id": requestId,
    ...(kind.body === undefined ? {} : { "content-type": kind.type ?? "application/json" }),
  };
  const body = kind.body?.(id);
  try {
    const response = await fetch(`${url}${kind.path(id)}`, {
      method: kind.method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    await response.text();
    return { requestId, kind, status: response.status };
  } catch {
    return { requestId, kind, status: null };
  }
}

/** Sends requests, some at a time, and keeps every attempt. */
async function load(
  { count, prefix }: { count: number; prefix: string },
  attempt: (request: { kind: Kind; id: string }) => Promise<Attempt[]>,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (next < count) {
      const index = next++;
      const kind = KINDS[MIX[index % MIX.length]!]!;
      attempts.push(...await attempt({ kind, id: `${prefix}${index}` }));
    }
  }));
  return attempts;
}

function byRequest(events: readonly AuditEvent[]): Map<string, AuditEvent[]> {
  return Map.groupBy(
    events.filter((event) => "request_id" in event),
    ({ request_id }) => request_id,
  );
}

describe("A mixed load of 10,000 requests, through a SIGTERM", () => {
  it("is in the audit log of the two replicas exactly once", async () => {
    const first = await spawnAudited("first");
    const second = await spawnAudited("second");
    let sent = 0;
    const attempts = await load({ count: 10_000, prefix: "s" }, async (request) => {
      if (++sent === 5_000) first.process.kill("SIGTERM");
      // As a load balancer does: to the other replica where this one stops.
      const attempt = await send(sent % 2 === 0 ? first.process : second.process, request);
      if (attempt.status !== null && attempt.status !== 503) return [attempt];
      return [attempt, await send(second.process, request)];
    });
    second.process.kill("SIGTERM");
    expect([await first.process.status, await second.process.status].map(({ code }) => code))
      .toEqual([0, 0]);

    const answered = attempts.filter(({ status }) => status !== null && status !== 503);
    expect(answered.length).toBe(10_000);
    expect(
      answered.filter(({ status, kind }) =>
        status !== kind.status && !(kind.status === 201 && status === 409)
      ),
    ).toEqual([]);
    const all = [...await first.events(), ...await second.events()];
    const recorded = byRequest(all);
    for (const { requestId, status, kind } of answered) {
      // An item that was added by an attempt without an answer is there already.
      const onRecord = status === 409 ? { outcome: "not_applied" } : kind.onRecord;
      expect(recorded.get(requestId)).toEqual([expect.objectContaining(onRecord)]);
      recorded.delete(requestId);
    }
    const unanswered = new Set(
      attempts.filter(({ status }) => status === null).map(({ requestId }) => requestId),
    );
    for (const [requestId, events] of recorded) {
      expect([unanswered.has(requestId), events.length]).toEqual([true, 1]);
    }
    for (const { process, path } of [first, second]) {
      const sequences = readEvents(await Deno.readTextFile(path)).map(({ sequence }) => sequence);
      expect(sequences.length).toBeGreaterThan(2_000);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      expect(process.log.at(-1)).toMatchObject({ step: "done" });
    }
  });
});

describe("A process that is killed, with AUDIT_FAILURE=refuse", () => {
  it("has every write that it answered on record, and the intent of all others", async () => {
    const { process, events } = await spawnAudited("killed", { AUDIT_FAILURE: "refuse" });
    let answers = 0;
    const requestOf = new Map<string, string>();
    const attempts = await load({ count: 3_000, prefix: "k" }, async (request) => {
      const attempt = await send(process, request);
      requestOf.set(request.id, attempt.requestId);
      if (attempt.status !== null && ++answers === 1_000) process.kill("SIGKILL");
      return [attempt];
    });
    await process.status;
    const answered = attempts.filter(({ status }) => status !== null);
    expect(answered.length).toBeGreaterThanOrEqual(1_000);
    expect(answered.length).toBeLessThan(3_000);

    const recorded = byRequest(await events());
    for (const { requestId, kind } of answered.filter(({ status }) => status! < 300)) {
      const own = recorded.get(requestId)?.toSorted((one, other) => one.sequence - other.sequence);
      expect(own).toEqual([
        expect.objectContaining({ event: "intent" }),
        expect.objectContaining(kind.onRecord),
      ]);
      const [intent, outcome] = own as { id: string }[];
      expect(outcome!.id).toBe(intent!.id);
    }
    for (const [, own] of recorded) {
      const kinds = own.map(({ event }) => event);
      expect([["intent"], ["intent", "outcome"], ["refusal"]]).toContainEqual(kinds);
    }
    const { rows } = await service.client.execute("SELECT id FROM items", [], {
      fetchSize: 50_000,
    });
    const written = rows.map(({ id }) => String(id)).filter((id) => requestOf.has(id));
    expect(written.length).toBeGreaterThan(500);
    expect(written.filter((id) => !recorded.has(requestOf.get(id)!))).toEqual([]);
  });
});
