/**
 * What the service does when its audit log cannot be written, or only slowly, and what it does with a flood
 * of refusals.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Config } from "../../config/config.ts";
import { ConfigError } from "../../config/config_error.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { type Service, start } from "../../composition/service.ts";
import type { Observation } from "../../observe/observation.ts";
import { type AuditCollector, startCollector } from "../support/telemetry/audit_collector.ts";
import { createAuditFile, readEvents } from "./audit_events.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { takeFullDisk } from "../support/full_disk.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { spawnService } from "../support/programs.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";

const CQL = {
  migration: "CREATE TABLE items (id text PRIMARY KEY, n int);",
  queries: `
-- name: get_item :one
-- @route GET /items/{id}
-- @scope stations:read
SELECT n FROM items WHERE id = :id;

-- name: get_secret :one
-- @route GET /secrets/{id}
-- @scope stations:read
-- @audit
SELECT n FROM items WHERE id = :id;

-- name: put_item :exec
-- @route PUT /items/{id}
-- @scope stations:write
INSERT INTO items (id, n) VALUES (:id, :n);

-- name: put_open_item :exec
-- @route PUT /open-items/{id}
-- @public
-- @waive public-write: the test floods it
INSERT INTO items (id, n) VALUES (:id, :n);

-- name: upload_items :exec
-- @route POST /items
-- @scope stations:write
-- @bulk
INSERT INTO items (id, n) VALUES (:id, :n);
`,
};

type Changes = Pick<Config, "auditLog"> & Partial<Config>;

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

interface Beside extends AsyncDisposable {
  readonly service: Service;
  readonly observations: readonly Observation[];
  put(id: string): Promise<Response>;
  get(path: string, user?: string | null): Promise<Response>;
}

/** A second service on the same keyspace, which is ready. */
async function startBeside(changes: Changes): Promise<Beside> {
  const observations: Observation[] = [];
  const beside = await start({ ...service.config, ...changes }, {
    observe: (observation) => observations.push(observation),
  });
  await beside.ready;
  return {
    service: beside,
    observations,
    put: (id) => service.request(`${beside.url}/items/${id}`, { method: "PUT", json: { n: 1 } }),
    get: (path, user = "writer") => service.request(`${beside.url}${path}`, { user }),
    [Symbol.asyncDispose]: () => beside.close(),
  };
}

async function isStored(id: string): Promise<boolean> {
  const { rows } = await service.client.execute("SELECT id FROM items WHERE id = ?", [id]);
  return rows.length > 0;
}

async function metric({ service }: Beside, name: string): Promise<number> {
  return (await scrape(service.adminUrl)).value(name) ?? NaN;
}

function socketTo({ port }: Pick<AuditCollector, "port">) {
  return { kind: "socket", transport: "tcp", hostname: "127.0.0.1", port } as const;
}

/** Takes connections, and neither reads nor answers. */
function startStalled(): { port: number } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) connections.push(connection);
  })().catch(() => {});
  return {
    port: (listener.addr as Deno.NetAddr).port,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of connections) connection.close();
    },
  };
}

describe("A write that Cassandra does not confirm in time", () => {
  it("is on record as unknown, though it may be repeated", async () => {
    await using file = await createAuditFile();
    const [contactPoint = ""] = service.config.contactPoints;
    await using way = startSlowProxy(contactPoint);
    await using beside = await startBeside({
      auditLog: { kind: "file", path: file.path },
      contactPoints: [way.contactPoint],
      requestTimeoutMs: 500,
    });
    way.delayMs = Infinity;
    const response = await beside.put("late");
    await response.body?.cancel();
    expect(response.status).toBe(504);
    const requestId = response.headers.get("x-request-id")!;
    expect(await file.of(requestId)).toEqual([
      expect.objectContaining({ event: "outcome", outcome: "outcome_unknown", code: "timeout" }),
    ]);
  });
});

describe("A disk that is full, with AUDIT_FAILURE=refuse", () => {
  it("lets no write and no audited read through, and all other reads", async () => {
    using disk = await takeFullDisk();
    const auditLog = { kind: "file", path: disk.path } as const;
    await using beside = await startBeside({ auditLog, auditFailure: "refuse" });
    const response = await beside.put("refused");
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await problemOf(response)).toMatchObject({ status: 503, code: "audit_unavailable" });
    const body = '{"id":"refused","n":1}\n';
    const headers = { "content-type": "application/x-ndjson" };
    const upload = await service.request(`${beside.service.url}/items`, {
      method: "POST",
      body,
      headers,
    });
    expect(await problemOf(upload)).toMatchObject({ code: "audit_unavailable" });
    expect(await isStored("refused")).toBe(false);
    expect(await problemOf(await beside.get("/secrets/i"))).toMatchObject({
      code: "audit_unavailable",
    });
    expect(await problemOf(await beside.get("/items/refused"))).toMatchObject({ status: 404 });
    expect((await fetch(`${beside.service.url}/readyz`)).status).toBe(200);
    expect(await metric(beside, "cqlgate_audit_write_failures_total")).toBeGreaterThan(0);
  });
});

describe("A disk that is full, with AUDIT_FAILURE=warn", () => {
  it("lets writes through, and is counted", async () => {
    using disk = await takeFullDisk();
    const auditLog = { kind: "file", path: disk.path } as const;
    await using beside = await startBeside({ auditLog, auditFailure: "warn" });
    const { status } = await beside.put("warned");
    expect([status, await isStored("warned")]).toEqual([204, true]);
    await eventually(
      "the failure is counted",
      async () => await metric(beside, "cqlgate_audit_write_failures_total") > 0,
    );
    expect(await metric(beside, "cqlgate_audit_queue_events")).toBe(1);
    const failure = beside.observations.find((each) =>
      each.kind === "audit" && each.failure !== undefined
    );
    expect(failure).toMatchObject({ failure: expect.objectContaining({ code: "ENOSPC" }) });
  });
});

describe("A process whose disk fills up, with AUDIT_FAILURE=refuse", () => {
  it("records all that it answers, refuses the rest, and goes on when there is room", async () => {
    await using file = await createAuditFile();
    const env = {
      ...service.env,
      CQL_DIR: service.config.cqlDir,
      AUDIT_LOG: `file:${file.path}`,
      AUDIT_FAILURE: "refuse",
    };
    await using process = await spawnService(env, {
      args: taskArguments("start:audit", env),
      maxFileBytes: 64 * 1024,
    });
    await untilReady(process.url);
    const put = async (id: string) => {
      const response = await service.request(`${process.url}/items/${id}`, {
        method: "PUT",
        json: { n: 1 },
      });
      await response.body?.cancel();
      return response.status;
    };
    const ids = Array.from({ length: 100 }, (_, n) => `full-${n}`);
    const statuses = new Map<string, number>();
    for (let index = 0; index < ids.length; index += 10) {
      await Promise.all(
        ids.slice(index, index + 10).map(async (id) => {
          statuses.set(id, await put(id));
        }),
      );
    }
    const answers = [...statuses.values()];
    expect(answers).toContain(204);
    expect(answers).toContain(503);
    expect(answers.filter((status) => ![204, 503, 500].includes(status))).toEqual([]);

    await Deno.rename(file.path, `${file.path}.1`);
    await eventually("there is room again", async () => await put("room") === 204);
    process.kill("SIGTERM");
    expect((await process.status).code).toBe(0);

    const old = await Deno.readTextFile(`${file.path}.1`);
    expect(old.endsWith("\n")).toBe(true);
    const events = [...readEvents(old), ...await file.events()];
    for (const [id, status] of statuses) {
      const own = events.filter((event) =>
        event.event === "outcome" && JSON.stringify(event.partitions).includes(`"${id}"`)
      );
      const outcome = status === 503 ? "refused" : "ok";
      expect([id, own.map((event) => "outcome" in event && event.outcome)]).toEqual([id, [
        outcome,
      ]]);
      expect([id, await isStored(id)]).toEqual([id, status !== 503]);
    }
  });
});

describe("A collector that takes nothing", () => {
  it("makes no request wait, with AUDIT_FAILURE=warn", async () => {
    const stalled = startStalled();
    const beside = await startBeside({ auditLog: socketTo(stalled), auditFailure: "warn" });
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => (await beside.put(`slow-${n}`)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect(await metric(beside, 'cqlgate_audit_events_total{result="written"}')).toBe(0);
    stalled[Symbol.dispose]();
    await beside.service.close();
    expect(beside.observations).toContainEqual(expect.objectContaining({
      kind: "warning",
      message: "The audit log is missing 50 events: they could not be written before the end",
    }));
  });
});

describe("A collector that leaves between intent and outcome", () => {
  it("gets the outcome when it is back, which the client was told is not recorded", async () => {
    const first = startCollector({ lines: 1 });
    await using beside = await startBeside({
      auditLog: socketTo(first),
      auditFailure: "refuse",
    });
    expect(await problemOf(await beside.put("told"))).toMatchObject({
      status: 500,
      code: "outcome_not_recorded",
    });
    expect(await isStored("told")).toBe(true);
    await first[Symbol.asyncDispose]();
    await using second = startCollector({ port: first.port });
    await eventually("the outcome has arrived", () => second.lines.length > 0);
    const [intent, outcome] = readEvents(`${[...first.lines, ...second.lines].join("\n")}\n`);
    expect(intent).toMatchObject({ event: "intent", query: "put_item" });
    expect(outcome).toMatchObject({
      event: "outcome",
      outcome: "ok",
      id: (intent as { id: string }).id,
    });
    expect((await beside.put("later")).status).toBe(204);
  });
});

describe("An audit log that cannot be opened", () => {
  it("keeps the service from starting, and says why", async () => {
    const auditLog = { kind: "file", path: "/nowhere/audit.jsonl" } as const;
    const error = await start({ ...service.config, auditLog }).then(() => null, (error) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(
      /AUDIT_LOG cannot be opened: Cannot write to "\/nowhere\/audit.jsonl": its folder does not exist/,
    );
  });

  it("says which permission the process lacks", async () => {
    const starting = spawnService({
      ...service.env,
      CQL_DIR: service.config.cqlDir,
      AUDIT_LOG: "file:/tmp/cqlgate-audit.jsonl",
    });
    await expect(starting).rejects.toThrow(
      /AUDIT_LOG cannot be opened: Cannot write to "\/tmp\/cqlgate-audit.jsonl": .*use "deno task start:audit"/,
    );
  });
});

describe("A flood of requests without a token", () => {
  it("is two events, however many there are", async () => {
    await using file = await createAuditFile();
    const beside = await startBeside({ auditLog: { kind: "file", path: file.path } });
    for (let sent = 0; sent < 200; sent += 20) {
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async () => (await beside.get("/items/i", null)).status),
      );
      expect(new Set(statuses)).toEqual(new Set([401]));
    }
    await beside.service.close();
    expect(await file.events()).toEqual([
      expect.objectContaining({ event: "refusal", code: "missing_token", route: "/items/{id}" }),
      expect.objectContaining({
        event: "refusals",
        code: "missing_token",
        address: "127.0.0.1",
        subject: null,
        count: 199,
      }),
    ]);
  });
});

describe("A flood of requests without the scope", () => {
  it("is two events for each route", async () => {
    await using file = await createAuditFile();
    const beside = await startBeside({ auditLog: { kind: "file", path: file.path } });
    for (let sent = 0; sent < 20; sent++) {
      for (const [method, path] of [["PUT", "/items/i"], ["POST", "/items"]] as const) {
        const url = `${beside.service.url}${path}`;
        const response = await service.request(url, { method, json: { n: 1 }, user: "reader" });
        await response.body?.cancel();
        expect(response.status).toBe(403);
      }
    }
    await beside.service.close();
    const refused = { code: "insufficient_scope", subject: "reader", status: 403 };
    const requests = [{ method: "PUT", route: "/items/{id}" }, { method: "POST", route: "/items" }];
    expect(await file.events()).toEqual([
      ...requests.map((each) => expect.objectContaining({ event: "refusal", ...each, ...refused })),
      ...requests.map((each) =>
        expect.objectContaining({ event: "refusals", ...each, ...refused, count: 19 })
      ),
    ]);
  });
});

describe("A flood of bad requests to a public route that writes", () => {
  it("is two events as well", async () => {
    await using file = await createAuditFile();
    const beside = await startBeside({ auditLog: { kind: "file", path: file.path } });
    const url = `${beside.service.url}/open-items/i`;
    for (let sent = 0; sent < 50; sent++) {
      const response = await service.request(url, { method: "PUT", json: { n: "x" }, user: null });
      expect(response.status).toBe(422);
      await response.body?.cancel();
    }
    await beside.service.close();
    expect(await file.events()).toEqual([
      expect.objectContaining({ event: "refusal", code: "invalid_input", subject: null }),
      expect.objectContaining({ event: "refusals", code: "invalid_input", count: 49 }),
    ]);
  });
});

describe("A project that asks for what the configuration lacks", () => {
  const queries = CQL.queries.replace("-- @audit\n", "-- @audit\n-- @sensitive id hash\n");
  const own = { ...CQL, queries };

  it("does not start where a value is to be hashed without AUDIT_SECRET", async () => {
    await using file = await createAuditFile();
    const starting = startOwnService(own, { env: { AUDIT_LOG: `file:${file.path}` } });
    await expect(starting).rejects.toThrow(
      'AUDIT_SECRET is not set, but query "get_secret" has "@sensitive … hash"',
    );
  });

  it("starts without an audit log, and says that @audit does nothing", async () => {
    await using unaudited = await startOwnService(own);
    expect(unaudited.observations).toContainEqual(expect.objectContaining({
      kind: "warning",
      message: 'AUDIT_LOG is "off": what "@audit" asks for is not put on record',
    }));
  });
});
