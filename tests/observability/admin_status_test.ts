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

  it("names the reason while the service is not ready", async () => {
    const status = createStatus();
    const { fetch: ask } = createAdmin({
      hotSpots: createHotSpots(createKeyHash(new Uint8Array(32))),
      metrics: createMetrics("1.2.3"),
      status,
      secure: createSecureHeaders({ isOpenToAll: false, hstsMaxAgeSeconds: null }),
      settings: [],
    });
    status.observe({ kind: "readiness", ready: false, reason: "Cassandra cannot be reached" });
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
