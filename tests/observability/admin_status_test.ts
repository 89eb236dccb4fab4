/**
 * The admin port says why the service is, or is not, ready.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createAdmin } from "../../routes/admin.ts";
import { createHotSpots } from "../../observe/hot/hot_spots.ts";
import { createKeyHash } from "../../observe/key_hash.ts";
import { createMetrics } from "../../observe/metrics/metrics.ts";
import { createStatus } from "../../observe/status.ts";
import { createSecureHeaders } from "../../routes/middleware/security_headers.ts";
import { connectTo, readResponse, writeAll } from "../support/clients/raw_http.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, body text);",
  queries: `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
SELECT id, body FROM notes WHERE id = :id;
`,
};

async function answerOf(url: string): Promise<[number, unknown]> {
  const response = await fetch(url);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return [response.status, await response.json()];
}

describe("The admin port", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL, {
      env: { ADMIN_ALLOWED_HOSTS: "metrics.example.com" },
      settings: [{ name: "LOG_LEVEL", value: "info", source: "default" }],
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("says in a word whether the service is ready", async () => {
    expect(await answerOf(`${service.adminUrl}/readyz`)).toEqual([
      200,
      { status: "ready", reason: null },
    ]);
  });

  it("explains it with ?verbose", async () => {
    const [status, body] = await answerOf(`${service.adminUrl}/readyz?verbose`);
    expect(status).toBe(200);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const [contactPoint] = service.config.contactPoints;
    expect(body).toEqual({
      status: "ready",
      reason: null,
      since: time,
      draining: false,
      cassandra: {
        state: "up",
        reason: null,
        datacenter: null,
        hosts: [{ address: contactPoint, datacenter: "dc1", up: true }],
      },
      unreachable: [],
      queries: { count: 1, served_since: time, migration: 1 },
      issuers: [{ issuer: service.provider.issuer, fetched: true, usable: true }],
      reload: { ok: true, at: time, reason: null },
      clock: {
        skew_ms: expect.any(Number),
        uncertainty_ms: expect.any(Number),
        max_skew_ms: 1000,
        refuses_writes: false,
        nodes: [{ address: contactPoint, skew_ms: expect.any(Number) }],
      },
      control: null,
      settings: [{ name: "LOG_LEVEL", value: "info", source: "default" }],
    });
  });

  it("has it on no port that clients reach", async () => {
    const response = await service.request("/readyz?verbose", { user: null });
    expect(await response.json()).toEqual({ status: "ready" });
  });

  it("answers by addresses, and by names that no web page can have or that are listed", async () => {
    const statuses: Record<string, number> = {};
    for (const host of ["127.0.0.1:1", "localhost", "metrics.example.com", "evil.example"]) {
      for (const path of ["/readyz", "/metrics", "/debug/hot", "/none"]) {
        using connection = await connectTo(service.adminUrl);
        const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", "", ""];
        await writeAll(connection, new TextEncoder().encode(lines.join("\r\n")));
        const { status, text } = await readResponse(connection);
        statuses[`${host}${path}`] = status;
        if (status === 421) expect(text).toContain("ADMIN_ALLOWED_HOSTS");
      }
    }
    expect(statuses).toEqual({
      "127.0.0.1:1/readyz": 200,
      "127.0.0.1:1/metrics": 200,
      "127.0.0.1:1/debug/hot": 200,
      "127.0.0.1:1/none": 404,
      "localhost/readyz": 200,
      "localhost/metrics": 200,
      "localhost/debug/hot": 200,
      "localhost/none": 404,
      "metrics.example.com/readyz": 200,
      "metrics.example.com/metrics": 200,
      "metrics.example.com/debug/hot": 200,
      "metrics.example.com/none": 404,
      "evil.example/readyz": 421,
      "evil.example/metrics": 421,
      "evil.example/debug/hot": 421,
      "evil.example/none": 421,
    });
  });

  it("names the reason while the service is not ready", async () => {
    const status = createStatus();
    const { fetch: ask } = createAdmin({
      hotSpots: createHotSpots(createKeyHash(new Uint8Array(32))),
      metrics: createMetrics("1.2.3"),
      status,
      secure: createSecureHeaders({ isOpenToAll: false, hstsMaxAgeSeconds: null }),
      allowedHosts: [],
      settings: [],
    });
    status.observe({
      kind: "readiness",
      ready: false,
      reason: "Cassandra cannot be reached",
      awaitsMigrations: false,
    });
    const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } } as const;
    const response = await ask(new Request("http://localhost/readyz"), {
      ...info,
      completed: Promise.resolve(),
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: "not_ready",
      reason: "Cassandra cannot be reached",
    });
  });
});
