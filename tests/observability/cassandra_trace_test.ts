/**
 * Cassandra's own traces of single requests: who may ask for them, and where they are found.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import {
  EXAMPLE,
  problemOf,
  startTestService,
  type TestRequest,
  type TestService,
} from "../support/harness.ts";

/** Of the demo's users, the writer has it and the reader has not. */
const SCOPE = "stations:write";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const QUERIES = `
-- name: public_stations :many
-- @route GET /public
-- @public
SELECT station_id FROM stations WHERE tenant_id = 'acme' LIMIT 2;

-- name: put_stations :exec
-- @route POST /many-stations
-- @scope stations:write
-- @param tenant_id in claim:tenant
-- @bulk
INSERT INTO stations (tenant_id, station_id, name) VALUES (:tenant_id, :station_id, :name);
`;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { queries: QUERIES },
    env: { CASSANDRA_TRACE_SCOPE: SCOPE },
  });
});
after(() => service?.[Symbol.asyncDispose]());

async function ask(path: string, options: TestRequest = {}): Promise<Response> {
  const response = await service.request(path, {
    ...options,
    headers: { "cqlgate-trace": "cassandra", ...options.headers },
  });
  return response;
}

function sessionsOf(response: Response): string[] {
  return response.headers.get("cqlgate-trace")?.split(", ") ?? [];
}

function tracesOf(response: Response) {
  const requestId = response.headers.get("x-request-id");
  return service.observations.filter((each) => each.kind === "cassandra_trace")
    .filter((each) => each.requestId === requestId);
}

describe("Cqlgate-Trace: cassandra", () => {
  it("answers with the session that Cassandra keeps the trace under", async () => {
    const response = await ask("/stations");
    expect(response.status).toBe(200);
    await response.body?.cancel();
    const [session, ...more] = sessionsOf(response);
    expect(more).toEqual([]);
    expect(session).toMatch(UUID);
    const events = await eventually("Cassandra has written its trace", async () => {
      const cql = "SELECT activity FROM system_traces.events WHERE session_id = ?";
      const { rows } = await service.client.execute(cql, [session], { prepare: true });
      return rows.length > 0 && rows;
    });
    expect(events.length).toBeGreaterThan(1);
    expect(tracesOf(response)).toEqual([
      expect.objectContaining({ query: "list_stations", session, coordinator: expect.any(String) }),
    ]);
  });

  it("has the statements of an upload traced, ten at most", async () => {
    const lines = Array.from(
      { length: 30 },
      (_, index) => JSON.stringify({ station_id: `s${index}`, name: "x" }),
    );
    const response = await service.request("/many-stations", {
      method: "POST",
      headers: { "content-type": "application/x-ndjson", "cqlgate-trace": "cassandra" },
      body: lines.join("\n"),
    });
    await response.text();
    const count = await eventually("it is traced", () => tracesOf(response).length);
    expect(count).toBeLessThanOrEqual(10);
  });

  it("is refused without the scope, with another value, and where nobody is known", async () => {
    const cases: [path: string, options: TestRequest, status: number, code: string][] = [
      ["/stations", { user: "reader" }, 403, "insufficient_scope"],
      ["/stations", { headers: { "cqlgate-trace": "all" } }, 400, "malformed_request"],
      ["/stations", { headers: { "cqlgate-trace": "" } }, 400, "malformed_request"],
      ["/public", {}, 403, "insufficient_scope"],
      ["/public", { user: null }, 403, "insufficient_scope"],
    ];
    for (const [path, options, status, code] of cases) {
      const response = await ask(path, options);
      expect(await problemOf(response)).toMatchObject({ status, code });
      expect(sessionsOf(response)).toEqual([]);
      expect(tracesOf(response)).toEqual([]);
    }
  });

  it("is what a request needs to be traced", async () => {
    const response = await service.request("/stations");
    await response.body?.cancel();
    expect([response.status, sessionsOf(response), tracesOf(response)]).toEqual([200, [], []]);
  });
});
