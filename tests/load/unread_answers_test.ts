/**
 * Large answers that are no rows of a query: problems, values of writes, what handlers answer, pages, the docs. Over HTTP/2 with
 * TLS, to callers who take as much of them as they like: what is not taken counts, and is let go of in time.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { STREAM_BYTES } from "../../routes/respond/answer_bytes.ts";
import { createAuthority } from "../support/certificates.ts";
import { FrugalClient, type FrugalRequest } from "../support/clients/frugal_client.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { endOf } from "../support/telemetry/request_end.ts";
import { isNothingLeft, unreadLoadOf } from "./unread_load.ts";

const CQL = {
  migration: `
CREATE TABLE sheets (id text PRIMARY KEY, version int, body text);
CREATE TABLE series (list text, id int, a_column_whose_name_is_longer_than_its_value boolean, PRIMARY KEY (list, id));
`,
  queries: `
-- name: put_sheet :exec
-- @route PUT /sheets/{id}
-- @scope stations:write
-- @status 200
-- @returns body
INSERT INTO sheets (id, version, body) VALUES (:id, :version, :body);

-- name: create_sheet :applied
-- @route POST /sheets/{id}
-- @scope stations:write
-- @current body
INSERT INTO sheets (id, version, body) VALUES (:id, :version, :body) IF NOT EXISTS;

-- name: list_series :many
SELECT id, a_column_whose_name_is_longer_than_its_value FROM series WHERE list = 'l';

-- name: page_of_series :many
-- @route GET /series/{list}
-- @public
-- @page size=6000 max=6000
SELECT id, a_column_whose_name_is_longer_than_its_value FROM series WHERE list = :list;
`,
};
const SERIES = 5_000;
const STALL_MS = 3_000;
const PLACES = 2;
/** Less than any of the answers has, more than goes out at once. */
const WINDOW = 10_000;
/** What is handed over at once. */
const STEP = 65_536;
/** More than any of them has. */
const MORE = 20_000_000;

interface Large {
  readonly what: string;
  readonly request: FrugalRequest;
  readonly status: number;
  /** Whether its caller has to hear of it. Otherwise it is refused where there is no room for it. */
  readonly hasToArrive: boolean;
}

const JSON_TYPE = { "content-type": "application/json" };
const TEXT = "é~".repeat(150_000);
const LARGE: readonly Large[] = [
  {
    what: "a problem with a large row",
    request: {
      method: "POST",
      path: "/sheets/large",
      headers: JSON_TYPE,
      body: JSON.stringify({ version: 1, body: "new" }),
    },
    status: 409,
    hasToArrive: true,
  },
  {
    what: "a problem with a long pointer",
    request: {
      method: "POST",
      path: "/sheets/large",
      headers: JSON_TYPE,
      body: JSON.stringify({ version: 1, body: "new", ["~".repeat(250_000)]: 1 }),
    },
    status: 422,
    hasToArrive: true,
  },
  {
    what: "what a write returns",
    request: {
      method: "PUT",
      path: "/sheets/returned",
      headers: JSON_TYPE,
      body: JSON.stringify({ version: 1, body: TEXT }),
    },
    status: 200,
    hasToArrive: true,
  },
  {
    what: "what a handler returns",
    request: { path: "/all-series" },
    status: 200,
    hasToArrive: false,
  },
  {
    what: "a page whose text is large, and its rows are not",
    request: { path: "/series/l" },
    status: 200,
    hasToArrive: false,
  },
  {
    what: "a file of the docs",
    request: { path: "/docs/reference.js" },
    status: 200,
    hasToArrive: false,
  },
  { what: "the document", request: { path: "/openapi.json" }, status: 200, hasToArrive: false },
];
const CODINGS = ["identity", "gzip"] as const;

const stack = new AsyncDisposableStack();
let service: TestService;
let client: Deno.HttpClient;
let caCerts: string[];
let authorization: string;
before(async () => {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const authority = await createAuthority(folder, "authority");
  const { cert, key } = await authority.issue("server");
  caCerts = [await Deno.readTextFile(authority.cert)];
  client = stack.adopt(Deno.createHttpClient({ caCerts }), (client) => client.close());
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      cql: CQL,
      routes: ["rows/all_series"],
      env: {
        TLS_CERT: cert,
        TLS_KEY: key,
        MAX_IN_FLIGHT: `${PLACES}`,
        MAX_IN_FLIGHT_PER_CALLER: "0",
        // One large answer at a time.
        MAX_UNREAD_BYTES: "65536",
        STREAM_STALL_TIMEOUT_MS: `${STALL_MS}`,
      },
    }),
  );
  authorization = `Bearer ${await service.token("writer")}`;
  await service.client.execute(
    "INSERT INTO sheets (id, version, body) VALUES ('large', 1, ?)",
    [TEXT],
    { prepare: true },
  );
  const insert =
    "INSERT INTO series (list, id, a_column_whose_name_is_longer_than_its_value) VALUES (?, ?, ?)";
  for (let from = 0; from < SERIES; from += 100) {
    const rows = Array.from({ length: 100 }, (_, index) => ({
      query: insert,
      params: ["l", from + index, true],
    }));
    await service.client.batch(rows, { prepare: true, logged: false });
  }
});
after(() => stack.disposeAsync());

const at = (url: string) => url.replace("127.0.0.1", "localhost");

/** The same request, read at once. */
async function fetchWhole({ method = "GET", path, headers, body }: FrugalRequest, id: string) {
  const response = await fetch(at(service.url) + path, {
    method,
    client,
    headers: { ...headers, authorization, "x-request-id": id, "accept-encoding": "identity" },
    ...body === undefined ? {} : { body },
  });
  return {
    status: response.status,
    text: await response.text(),
    length: response.headers.get("content-length"),
  };
}

/** Sends a request by a connection of its own, and takes as much of the answer. */
async function ask(request: FrugalRequest, id: string, window: number): Promise<FrugalClient> {
  const { port } = new URL(service.url);
  const connection = await Deno.connectTls({
    hostname: "localhost",
    port: Number(port),
    caCerts,
    alpnProtocols: ["h2"],
  });
  const caller = new FrugalClient(connection);
  const headers = { ...request.headers, authorization, "x-request-id": id };
  await promptly("it is answered", caller.send({ ...request, headers }, window));
  return caller;
}

const load = () => unreadLoadOf(service.adminUrl);
const nothingLeft = () => isNothingLeft(service.adminUrl);
const logged = (id: string) => eventually("it is logged", () => endOf(service, id));

async function plainText(bytes: Uint8Array<ArrayBuffer>, coding: string): Promise<string> {
  if (coding === "identity") return new TextDecoder().decode(bytes);
  const { readable, writable } = new DecompressionStream("gzip");
  return await new Response(new Blob([bytes]).stream().pipeThrough({ readable, writable })).text();
}

describe("a large answer that nobody reads", () => {
  for (const { what, request, status, hasToArrive } of LARGE) {
    it(`counts by its bytes, and is let go of in time: ${what}`, async () => {
      const id = crypto.randomUUID();
      const whole = await fetchWhole(request, id);
      await eventually("all before is over", nothingLeft);
      const stalled = crypto.randomUUID();
      const headers = { ...request.headers, "accept-encoding": "identity" };
      using caller = await ask({ ...request, headers }, stalled, WINDOW);
      const { unread, inFlight } = await load();
      const { length } = new TextEncoder().encode(whole.text);
      expect(whole.length).toBe(`${length}`);
      expect([unread, inFlight]).toEqual([length + (hasToArrive ? STREAM_BYTES : 0), 0]);
      if (!hasToArrive) {
        const refused = await fetchWhole(request, id);
        expect([refused.status, JSON.parse(refused.text).code]).toEqual([503, "too_many_streams"]);
      }
      const entry = await logged(stalled);
      expect([entry.status, entry.completed]).toEqual([status, false]);
      expect(String(entry.cause)).toBe(
        `ReaderStalled: The caller took nothing for ${STALL_MS} ms`,
      );
      await eventually("nothing is left of it", nothingLeft);
      // A caller who reads on finds it broken off.
      expect(caller.received.length).toBeLessThanOrEqual(WINDOW);
      await caller.take(MORE);
      expect(await promptly("it is broken off", caller.ended)).toBe("broken");
      expect(caller.received.length).toBeLessThanOrEqual(length);
      expect((await fetchWhole(request, id)).status).toBe(status);
    });
  }

  it("keeps its slot where there is no room for its bytes, for as long, if it is a problem", async () => {
    const { request } = LARGE[0]!;
    await eventually("all before is over", nothingLeft);
    const callers = await Promise.all(
      Array.from({ length: PLACES + 1 }, () => ask(request, crypto.randomUUID(), WINDOW)),
    );
    expect((await load()).inFlight).toBe(PLACES);
    const refused = await fetchWhole(request, "refused");
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([503, "too_busy"]);
    await eventually("its slots are given back", nothingLeft);
    expect((await fetchWhole(request, "later")).status).toBe(409);
    for (const caller of callers) caller[Symbol.dispose]();
  });
});

describe("a large answer that is read slowly", () => {
  for (const coding of CODINGS) {
    for (const { what, request, status } of LARGE) {
      it(`has every byte, in ${coding}: ${what}`, async () => {
        await eventually("all before is over", nothingLeft);
        const id = crypto.randomUUID();
        const whole = await fetchWhole(request, id);
        const startedAt = performance.now();
        const headers = { ...request.headers, "accept-encoding": coding };
        using caller = await ask({ ...request, headers }, id, WINDOW);
        let isOver = false;
        caller.ended.then(() => isOver = true);
        // Longer than a caller may take nothing, if there is enough to take.
        for (let taken = 0; taken < 5 && !isOver; taken++) {
          await new Promise((resolve) => setTimeout(resolve, STALL_MS / 4));
          await caller.take(STEP);
        }
        if (!isOver) expect(performance.now() - startedAt).toBeGreaterThan(STALL_MS);
        await caller.take(MORE);
        expect(await promptly("it ends", caller.ended)).toBe("complete");
        expect(await plainText(caller.received, isCompressed(status, coding) ? coding : "identity"))
          .toBe(whole.text);
      });
    }
  }
});

describe("HEAD of a large answer", () => {
  for (const { what, request, status, hasToArrive } of LARGE) {
    if (hasToArrive) continue;
    it(`has no body, and counts for nothing: ${what}`, async () => {
      const id = crypto.randomUUID();
      using client = Deno.createHttpClient({ caCerts, http2: false });
      const response = await fetch(at(service.url) + request.path, {
        method: "HEAD",
        client,
        headers: { authorization, "x-request-id": id },
      });
      expect([response.status, await response.text()]).toEqual([status, ""]);
      expect(await logged(id)).toMatchObject({ status, completed: true });
      await eventually("nothing is left of it", nothingLeft);
    });
  }
});

/** The runtime may not compress a problem. */
function isCompressed(status: number, coding: string): boolean {
  return coding === "gzip" && status < 400;
}
