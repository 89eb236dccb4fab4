import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import cassandra from "cassandra-driver";
import { parseRate } from "../../catalog/tags/parts/rate.ts";
import type { Config } from "../../config/config.ts";
import { freePortForLater } from "../../dev/ports.ts";
import { type Code, CODES } from "../../errors/codes.ts";
import { type Service, start, type StartOptions } from "../../composition/service.ts";
import { SECRET } from "../fixtures/routes/faults/fail.ts";
import { entered, released } from "../fixtures/routes/held/hold.ts";
import { startCollector } from "../support/telemetry/audit_collector.ts";
import { fetchBoundToken, makeProof, newDpopKey } from "../support/auth/dpop_client.ts";
import { eventually, promptly } from "../support/eventually.ts";
import {
  EXAMPLE,
  problemOf,
  startTestService,
  type TestRequest,
  type TestService,
} from "../support/harness.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";
import { claimsOf, newKey, signJwt } from "../support/auth/token_signer.ts";

const MIGRATION = `
CREATE TABLE samples (owner text, id int, divisor int, weight decimal, PRIMARY KEY ((owner), id));
CREATE TABLE buried (owner text PRIMARY KEY, items map<int, int>);
CREATE TABLE large (owner text PRIMARY KEY, filling blob);
CREATE TABLE doomed (owner text PRIMARY KEY, n int);
`;

const QUERIES = `
-- name: one_sample :one
-- Promises one row where there may be two.
-- @route GET /samples/{owner}
-- @public
SELECT id FROM samples WHERE owner = :owner;

-- name: bounded_samples :many
-- Streams a single row.
-- @route GET /bounded/{owner}
-- @public
-- @max-rows 1
SELECT id FROM samples WHERE owner = :owner;

-- name: read_samples :many
-- For a hand-written route.
SELECT id FROM samples WHERE owner = :owner;

-- name: divide_samples :many
-- Fails in Cassandra where a divisor is zero.
-- @route GET /quotients/{owner}
-- @public
SELECT id / divisor AS quotient FROM samples WHERE owner = :owner;

-- name: weigh_samples :many
-- Works out a number that may have any number of digits.
-- @route GET /weights/{owner}
-- @public
SELECT sum(weight) AS heavier FROM samples WHERE owner = :owner;

-- name: three_replicas :many
-- Asks for more replicas than there are.
-- @route GET /three/{owner}
-- @public
-- @consistency THREE
SELECT id FROM samples WHERE owner = :owner;

-- name: create_sample :exec
-- The owner is the whole partition key.
-- @route POST /samples
-- @public
INSERT INTO samples (owner, id, divisor) VALUES (:owner, :id, 0);

-- name: read_buried :one
-- Of a row of more tombstones than Cassandra reads.
-- @route GET /buried/{owner}
-- @public
SELECT items FROM buried WHERE owner = :owner;

-- name: read_large :one
-- Its row is larger than a page.
-- @route GET /large/{owner}
-- @public
SELECT filling FROM large WHERE owner = :owner;

-- name: read_doomed :one
-- Its table goes away.
-- @route GET /doomed/{owner}
-- @public
SELECT n FROM doomed WHERE owner = :owner;

-- name: list_team :many
-- For members of a team, which no demo user is.
-- @route GET /team
-- @scope stations:read
-- @param owner in claim:team
SELECT id FROM samples WHERE owner = :owner;

-- name: list_own :many
-- For the owner of the samples.
-- @route GET /own/{owner}
-- @scope stations:read
-- @require claim:sub = :owner
SELECT id FROM samples WHERE owner = :owner;
`;

const CQL = { migration: MIGRATION, queries: QUERIES };
let service: TestService & AsyncDisposable;
const stack = new AsyncDisposableStack();
let own: OwnNode;
/** A service on that node, which gives up soon. */
let impatient: Service;

before(async () => {
  const starting = startOwnNode();
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      cql: CQL,
      routes: ["held/hold", "faults/fail", "faults/flood"],
      // A slow machine takes a while to flood the node: the first reads must not time out meanwhile.
      env: { MAX_IN_FLIGHT: "1", REQUEST_TIMEOUT_MS: "60000" },
    }),
  );
  for (const [owner, id, divisor] of [["two", 1, 1], ["two", 2, 1], ["zero", 1, 0]]) {
    await service.client.execute(
      "INSERT INTO samples (owner, id, divisor) VALUES (?, ?, ?)",
      [owner, id, divisor],
      { prepare: true },
    );
  }
  own = stack.use(await starting);
  const env = { CASSANDRA_CONTACT_POINTS: own.node.contactPoint };
  const { config } = stack.use(await startTestService({ cqlDir: EXAMPLE, env }));
  impatient = await startBeside({
    ...config,
    oidcIssuer: service.config.oidcIssuer,
    requestTimeoutMs: 500,
  });
  await impatient.ready;
});
after(() => stack.disposeAsync());

/** Another service that takes the tokens of the first one's provider. */
async function startBeside(
  changes: Partial<Config>,
  options: StartOptions = {},
): Promise<Service> {
  const beside = await start({ ...service.config, ...changes }, options);
  stack.defer(() => beside.close());
  return beside;
}

/** A body that goes on until the test ends it. */
function unfinished(): { readonly body: ReadableStream<Uint8Array>; end(): void } {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  // Resolves once it is taken.
  writer.write(new Uint8Array(1)).catch(() => {});
  return { body: readable, end: () => void writer.close().catch(() => {}) };
}

async function whileFrozen<T>(action: () => Promise<T>): Promise<T> {
  await own.freeze();
  try {
    return await action();
  } finally {
    own.thaw();
  }
}

/** A request to a service that has this control file. */
async function whileOff(
  content: object,
  path: string,
  request: TestRequest = {},
): Promise<Response> {
  const controlFile = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(controlFile));
  await Deno.writeTextFile(controlFile, JSON.stringify(content));
  const { url, ready } = await startBeside({ controlFile });
  await ready;
  return await service.request(`${url}${path}`, request);
}

const post = (json: unknown): TestRequest => ({ method: "POST", json });
const JSON_TYPE = { "content-type": "application/json" };
const STATION = { station_id: "s", name: "n" };

/** Sends a token that is bound to a key, with a proof without a nonce or with none. */
async function requestBound({ proves }: { proves: boolean }): Promise<Response> {
  const publicUrl = "https://api.example.com";
  const { url, ready } = await startBeside({ publicUrl });
  await ready;
  const key = await newDpopKey();
  const token = await fetchBoundToken(key, { issuer: service.provider.issuer, user: "writer" });
  const proof = await makeProof(key, { url: `${publicUrl}/stations`, token });
  return await service.request(`${url}/stations`, {
    user: null,
    headers: { authorization: `DPoP ${token}`, ...(proves ? { dpop: proof } : {}) },
  });
}

/** How each code comes about, on the real thing. */
const REQUESTS: Record<Code, () => Promise<Response>> = {
  malformed_request: () =>
    service.request("/stations", { method: "POST", body: "{", headers: JSON_TYPE }),
  invalid_cursor: () => service.request("/stations?cursor=abc"),
  result_too_large: () =>
    service.request("/bounded/two", { headers: { accept: "application/x-ndjson" } }),
  range_too_wide: () =>
    service.request(
      "/stations/s/observations?since=1900-01-01T00:00:00Z&until=2020-01-01T00:00:00Z",
    ),
  unsupported_precondition: () =>
    service.request("/stations", { ...post(STATION), headers: { "if-match": '"1"' } }),
  unsupported_idempotency_key: () =>
    service.request("/stations", { ...post(STATION), headers: { "idempotency-key": "a" } }),
  missing_token: () => service.request("/stations", { user: null }),
  invalid_token: () =>
    service.request("/stations", { user: null, headers: { authorization: "Bearer abc" } }),
  invalid_dpop_proof: () => requestBound({ proves: false }),
  use_dpop_nonce: () => requestBound({ proves: true }),
  insufficient_scope: () => service.request("/stations", { ...post(STATION), user: "reader" }),
  missing_claim: () => service.request("/team"),
  requirement_not_met: () => service.request("/own/nobody"),
  not_found: () => service.request("/stations/nowhere"),
  unknown_route: () => service.request("/nowhere"),
  method_not_allowed: () => service.request("/stations", { method: "PUT" }),
  not_acceptable: () => service.request("/stations", { headers: { accept: "image/png" } }),
  async not_applied() {
    await (await service.request("/stations", post(STATION))).body?.cancel();
    return service.request("/stations", post(STATION));
  },
  precondition_failed: () =>
    service.request("/stations/s", {
      method: "PATCH",
      json: { name: "m" },
      headers: { "if-match": '"00000000-0000-1000-8000-000000000000"' },
    }),
  precondition_required: () =>
    service.request("/stations/s", { method: "PATCH", json: { name: "m" } }),
  async body_timeout() {
    const { url, ready } = await startBeside({ bodyTimeoutMs: 100 });
    await ready;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
    });
    return await service.request(`${url}/stations`, { method: "POST", body, headers: JSON_TYPE });
  },
  body_too_large: () => service.request("/stations", post({ name: "n".repeat(2 ** 20) })),
  unsupported_media_type: () => service.request("/stations", { method: "POST", body: "a,b" }),
  invalid_input: () => service.request("/samples", post({ owner: "o".repeat(65_536), id: 1 })),
  internal: () => service.request("/fail"),
  too_many_rows: () => service.request("/samples/two"),
  async answer_too_large() {
    const insert = "INSERT INTO large (owner, filling) VALUES ('o', ?)";
    await service.client.execute(insert, [Buffer.alloc(5_000_000)], { prepare: true });
    return service.request("/large/o");
  },
  async number_too_long() {
    // No request could store it.
    await service.client.execute(
      "INSERT INTO samples (owner, id, weight) VALUES ('heavy', 1, ?)",
      [new cassandra.types.BigDecimal(1, -100_000)],
      { prepare: true },
    );
    return await service.request("/weights/heavy");
  },
  function_failed: () => service.request("/quotients/zero"),
  async replica_failure() {
    const remove = "UPDATE buried SET items = items - ? WHERE owner = 'o'";
    const keys = Array.from({ length: 100_001 }, (_, key) => key);
    await service.client.execute(remove, [keys], { prepare: true });
    return service.request("/buried/o");
  },
  async not_ready() {
    const keyspace = `${service.config.keyspace}_bare`;
    await service.client.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`,
    );
    stack.defer(async () => {
      await service.client.execute(`DROP KEYSPACE ${keyspace}`);
    });
    const { url } = await startBeside({ keyspace });
    await eventually("it says why it is not ready", async () => {
      const { detail } = await problemOf(await service.request(`${url}/readyz`));
      return detail.includes("another schema version");
    });
    return service.request(`${url}/stations`);
  },
  unavailable: () => service.request("/three/o"),
  overloaded: () => service.request("/flood"),
  async too_busy() {
    const held = service.request("/hold");
    await promptly("the request is held", entered.promise);
    const response = await service.request("/stations");
    released.resolve();
    expect((await held).status).toBe(204);
    return response;
  },
  async too_many_in_flight() {
    const { url, ready } = await startBeside({
      maxInFlight: 8,
      maxInFlightPerCaller: 1,
      bodyTimeoutMs: 60_000,
    });
    await ready;
    const { body, end } = unfinished();
    const held = service.request(`${url}/stations`, { method: "POST", body, headers: JSON_TYPE });
    const response = await eventually("its slot is taken", async () => {
      const answer = await service.request(`${url}/stations`);
      if (answer.status === 429) return answer;
      await answer.body?.cancel();
    });
    end();
    await (await held).body?.cancel();
    return response;
  },
  async too_many_streams() {
    const { url, ready } = await startBeside({
      maxInFlight: 8,
      maxInFlightPerCaller: 0,
      maxStreams: 1,
      bodyTimeoutMs: 60_000,
    });
    await ready;
    const headers = { "content-type": "application/x-ndjson" };
    const upload = (body: BodyInit) =>
      service.request(`${url}/stations/s/observations`, { method: "POST", body, headers });
    const { body, end } = unfinished();
    const held = upload(body);
    const response = await eventually("its slot is taken", async () => {
      const answer = await upload("");
      if (answer.status === 503) return answer;
      await answer.body?.cancel();
    });
    end();
    await (await held).body?.cancel();
    return response;
  },
  url_too_long: () => service.request(`/stations?filler=${"a".repeat(16_384)}`),
  headers_too_large: () =>
    service.request("/stations", { headers: { filler: "a".repeat(32_768) } }),
  async rate_limited() {
    const { rate } = parseRate("1/s");
    const { url, ready } = await startBeside({ rateLimits: [rate!] });
    await ready;
    return await eventually("the quota is used up", async () => {
      const answer = await service.request(`${url}/stations`);
      if (answer.status === 429) return answer;
      await answer.body?.cancel();
    });
  },
  read_only: () => whileOff({ read_only: true }, "/stations", post(STATION)),
  async clock_skewed() {
    const { url, ready } = await startBeside({}, { now: () => Date.now() + 60_000 });
    await ready;
    return await service.request(`${url}/samples`, post({ owner: "o", id: 1 }));
  },
  query_off: () => whileOff({ queries_off: ["list_stations"] }, "/stations"),
  caller_off: () => whileOff({ clients_off: ["writer"] }, "/stations"),
  token_too_large: () =>
    service.request("/stations", {
      user: null,
      headers: { authorization: `Bearer ${"a".repeat(16_385)}` },
    }),
  async issuer_unavailable() {
    const issuer = `http://localhost:${freePortForLater()}`;
    const { url, ready } = await startBeside({ oidcIssuer: issuer });
    await ready;
    return service.request(`${url}/stations`, await tokenNaming(issuer));
  },
  async audit_unavailable() {
    const { url, ready } = await startBeside({
      auditLog: {
        kind: "socket",
        transport: "tcp",
        hostname: "127.0.0.1",
        port: freePortForLater(),
      },
      auditFailure: "refuse",
    });
    await ready;
    return service.request(`${url}/stations`, post(STATION));
  },
  async outcome_not_recorded() {
    const collector = startCollector({ lines: 1 });
    const { url, ready } = await startBeside({
      auditLog: { kind: "socket", transport: "tcp", hostname: "127.0.0.1", port: collector.port },
      auditFailure: "refuse",
    });
    await ready;
    const response = await service.request(`${url}/stations`, post(STATION));
    await collector[Symbol.asyncDispose]();
    return response;
  },
  timeout: () => whileFrozen(() => service.request(`${impatient.url}/stations`)),
  outcome_unknown: () =>
    whileFrozen(() => service.request(`${impatient.url}/stations`, post(STATION))),
  async schema_changed() {
    await service.client.execute("DROP TABLE doomed");
    const response = await service.request("/doomed/o");
    // Services that start later need it.
    await service.client.execute("CREATE TABLE doomed (owner text PRIMARY KEY, n int)");
    return response;
  },
};

/** A request with a token that names an issuer, signed with a key that nobody knows. */
async function tokenNaming(issuer: string): Promise<TestRequest> {
  const as = { alg: "ES256", typ: "at+jwt", kid: "unknown" };
  const token = await signJwt(claimsOf({ issuer }), { by: await newKey(), as });
  return { user: null, headers: { authorization: `Bearer ${token}` } };
}

/** What only the operator may know. */
const INTERNALS = /127\.0\.0\.1|localhost|SELECT|keyspace|test_|Error:|\.ts|swordfish|consistency/;

describe("A problem", () => {
  const reached = new Set<string>();
  for (const [code, request] of Object.entries(REQUESTS) as [Code, typeof REQUESTS[Code]][]) {
    it(`says ${code}, with its status and nothing of the internals`, async () => {
      const response = await request();
      const problem = await problemOf(response);
      const { status, title, retryAfterSeconds } = CODES[code];
      expect(problem).toMatchObject({ type: "about:blank", title, status, code });
      expect(JSON.stringify(problem)).not.toMatch(INTERNALS);
      expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
      expect(response.headers.get("retry-after"))
        .toBe(retryAfterSeconds === null ? null : `${retryAfterSeconds}`);
      reached.add(problem.code);
    });
  }

  it("was seen with every code that there is", () => {
    expect([...reached].sort()).toEqual(Object.keys(CODES).sort());
  });
});

describe("The operator", () => {
  it("is told the cause that the caller is not", async () => {
    const { request_id } = await problemOf(await service.request("/fail"));
    const logged = await eventually(
      "it is logged",
      () =>
        service.observations.find((each) =>
          each.kind === "request" && each.requestId === request_id
        ),
    );
    expect(logged).toMatchObject({ status: 500, code: "internal", cause: { message: SECRET } });
  });
});

describe("Keys of an issuer that cannot be fetched", () => {
  it("are an issuer that is unavailable, until they are there", async () => {
    let status = 500;
    const closing = new AbortController();
    const options = { hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen() {} };
    const issuer = Deno.serve(options, (request) => {
      const { origin, pathname } = new URL(request.url);
      if (pathname !== "/jwks") {
        return Response.json({ issuer: origin, jwks_uri: `${origin}/jwks` });
      }
      return Response.json({ keys: [] }, { status });
    });
    const oidcIssuer = `http://127.0.0.1:${issuer.addr.port}`;
    const { url, ready } = await startBeside({ oidcIssuer });
    await ready;
    const token = await tokenNaming(oidcIssuer);
    expect((await problemOf(await service.request(`${url}/stations`, token))).code)
      .toBe("issuer_unavailable");
    status = 200;
    await eventually("they are fetched", async () => {
      const { code } = await problemOf(await service.request(`${url}/stations`, token));
      return code === "invalid_token";
    });
    closing.abort();
    await issuer.finished;
  });
});

// The last one: no service that starts after it can be ready.
describe("A table that goes away under a running service", () => {
  it("is told as often as it is asked for, and named in the log", async () => {
    const before = service.observations.length;
    await service.client.execute("DROP TABLE doomed");
    for (let attempt = 0; attempt < 2; attempt++) {
      const problem = await problemOf(await service.request("/doomed/o"));
      expect(problem.code).toBe("schema_changed");
      expect(JSON.stringify(problem)).not.toMatch(/doomed/);
      expect(JSON.stringify(problem)).not.toMatch(INTERNALS);
    }
    expect((await service.request("/livez")).status).toBe(200);
    expect((await service.request("/readyz")).status).toBe(200);
    const warned = await eventually(
      "the routes cannot be derived again",
      () => service.observations.slice(before).find(({ kind }) => kind === "warning"),
    );
    expect(String((warned as { cause: unknown }).cause)).toContain("doomed");
    const answered = service.observations.slice(before).filter(({ kind }) => kind === "request");
    expect(answered[0]).toMatchObject({
      code: "schema_changed",
      cause: { message: expect.stringContaining("doomed") },
    });
  });
});
