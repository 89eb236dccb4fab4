/** `HEAD` over bare HTTP: what a client's library adds or hides would be seen as the service's doing. */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { request } from "node:http";
import { connect } from "node:http2";
import { FrugalClient } from "../support/clients/frugal_client.ts";
import {
  connectTo,
  headOf,
  parseResponse,
  readToEnd,
  writeAll,
} from "../support/clients/raw_http.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const NDJSON = "application/x-ndjson";
const MONTH = "/stations/head/observations/2010-01";

let service: TestService & AsyncDisposable;
let token: Promise<string>;
before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE });
  token = service.token("writer");
  for (const hour of ["00", "01", "02"]) {
    const response = await service.request("/stations/head/observations", {
      method: "POST",
      json: { observed_at: `2010-01-01T${hour}:00:00Z`, temperature: 1.5 },
    });
    expect(response.status).toBe(204);
  }
});
after(() => service[Symbol.asyncDispose]());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly bytes: number;
}

/** What is another in each answer, or only says how its bytes are framed. */
const PASSING = ["date", "x-request-id", "server-timing", "transfer-encoding"];

async function ask(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const base = path === "/metrics" ? service.adminUrl : service.url;
  const authorization = `Bearer ${await token}`;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(
    base + path,
    { method, agent: false, headers: { ...headers, authorization } },
    (response) => {
      let bytes = 0;
      response.on("data", (chunk: Uint8Array) => bytes += chunk.length);
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode,
          headers: Object.fromEntries(
            Object.entries(response.headers)
              .filter(([name]) => !PASSING.includes(name))
              // The docs page has another nonce in each answer.
              .map(([name, value]) => [name, String(value).replace(/'nonce-[^']+'/, "'nonce-…'")]),
          ),
          bytes,
        }));
    },
  ).on("error", reject).end();
  return await promise;
}

/** The same over HTTP/2, as a client that knows the service speaks it. */
async function askHttp2(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const session = connect(service.url);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    session.on("error", reject);
    const authorization = `Bearer ${await token}`;
    const stream = session.request({ ":method": method, ":path": path, ...headers, authorization });
    let answered: Record<string, unknown> = {};
    let bytes = 0;
    stream.on("response", (given) => answered = { ...given });
    stream.on("data", (chunk: Uint8Array) => bytes += chunk.length);
    stream.on("error", reject);
    stream.on("end", () => {
      const { ":status": status, ...rest } = answered;
      const left = Object.entries(rest).filter(([name]) => !PASSING.includes(name))
        .map(([name, value]) => [name, String(value).replace(/'nonce-[^']+'/, "'nonce-…'")]);
      resolve({ status: Number(status), headers: Object.fromEntries(left), bytes });
    });
    stream.end();
    return await promise;
  } finally {
    session.close();
  }
}

const CASES: [string, string, Record<string, string>, number][] = [
  ["a list", "/stations", {}, 200],
  ["a page", MONTH, {}, 200],
  ["a row that is not there", "/stations/nowhere", {}, 404],
  ["a route that is not there", "/nowhere", {}, 404],
  ["a mistake", `${MONTH}?limit=x`, {}, 422],
  ["the document", "/openapi.json", {}, 200],
  ["the docs page", "/docs", {}, 200],
  ["a file of the docs", "/docs/reference.js", {}, 200],
  ["readiness", "/readyz", {}, 200],
  ["a stream of NDJSON", MONTH, { accept: NDJSON }, 200],
  ["a stream of CSV", MONTH, { accept: "text/csv" }, 200],
];

/** What the runtime adds where it compresses a body. */
const COMPRESSION = ["content-encoding", "vary", "content-length"];

/** HTTP/2 has no use for `Host`, but a caller may send it. */
const SENT: [string, Record<string, string>][] = [
  ["identity", { "accept-encoding": "identity" }],
  ["gzip", { "accept-encoding": "gzip" }],
  ["identity, to a caller who sends Host", { "accept-encoding": "identity", host: "localhost" }],
  ["gzip, to a caller who sends Host", { "accept-encoding": "gzip", host: "localhost" }],
];

describe("HEAD over HTTP/2", () => {
  for (const [what, path, headers] of CASES) {
    for (const [coding, more] of SENT) {
      it(`sends nothing of a body for ${what} in ${coding}`, async () => {
        const { hostname, port } = new URL(service.url);
        using caller = new FrugalClient(await Deno.connect({ hostname, port: Number(port) }));
        const authorization = `Bearer ${await token}`;
        const sent = { ...headers, ...more, authorization };
        await caller.send({ method: "HEAD", path, headers: sent }, 65_535);
        expect(await promptly("it ends", caller.ended)).toBe("complete");
        expect(caller.received.length).toBe(0);
      });
    }
  }

  for (const [what, path, headers, status] of CASES) {
    it(`answers for ${what} what GET does, without the body`, async () => {
      const sent = { ...headers, "accept-encoding": "identity" };
      const [get, head] = [await askHttp2("GET", path, sent), await askHttp2("HEAD", path, sent)];
      expect(get.status).toBe(status);
      expect(get.bytes).toBeGreaterThan(0);
      expect(head).toEqual({ ...get, bytes: 0 });
    });

    it(`answers for ${what} in gzip what GET does, but for how it is compressed`, async () => {
      const sent = { ...headers, "accept-encoding": "gzip" };
      const [get, head] = [await askHttp2("GET", path, sent), await askHttp2("HEAD", path, sent)];
      for (const name of COMPRESSION) {
        delete get.headers[name];
        delete head.headers[name];
      }
      expect(head).toEqual({ ...get, bytes: 0 });
    });
  }
});

/** What HTTP/1.1 answers to a request without `Connection`, and whether a body comes with it. */
async function askUnsaid(method: string, path: string, headers: Record<string, string>) {
  using connection = await connectTo(service.url);
  const lines = Object.entries({ ...headers, authorization: `Bearer ${await token}` })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const sent = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`;
  await writeAll(connection, new TextEncoder().encode(sent));
  // A body of HEAD would be taken for the beginning of the next answer.
  await writeAll(connection, headOf({ path: "/livez" }));
  const answers = await readToEnd(connection);
  const { status, headers: given, text } = parseResponse(answers);
  return { status, length: given.get("content-length"), hasBody: !text.startsWith("HTTP/1.1 200") };
}

describe("HEAD of HTTP/1.1 without Connection", () => {
  for (const [what, path, headers, status] of CASES) {
    it(`has the status and the length of GET, and no body: ${what}`, async () => {
      const get = await askUnsaid("GET", path, headers);
      expect(get).toMatchObject({ status, hasBody: true });
      expect(await askUnsaid("HEAD", path, headers)).toEqual({ ...get, hasBody: false });
    });

    it(`has no other length in gzip: ${what}`, async () => {
      const sent = { ...headers, "accept-encoding": "gzip" };
      const { length } = await askUnsaid("GET", path, sent);
      const head = await askUnsaid("HEAD", path, sent);
      expect([length, null]).toContain(head.length);
      expect(head).toMatchObject({ status, hasBody: false });
    });
  }
});

describe("HEAD", () => {
  for (const [what, path, headers, status] of CASES) {
    for (const coding of ["identity", "gzip"]) {
      it(`answers for ${what} in ${coding} what GET does, without the body`, async () => {
        const sent = { ...headers, "accept-encoding": coding };
        const [get, head] = await Promise.all([ask("GET", path, sent), ask("HEAD", path, sent)]);
        expect(get.status).toBe(status);
        expect(get.bytes).toBeGreaterThan(0);
        expect(head).toEqual({ ...get, bytes: 0 });
      });
    }
  }

  it("says on the admin port how long the metrics are", async () => {
    const { headers, status } = await ask("HEAD", "/metrics", { "accept-encoding": "identity" });
    expect([status, Number(headers["content-length"]) > 1_000]).toEqual([200, true]);
  });

  it("is logged as answered, of a stream too", async () => {
    const id = crypto.randomUUID();
    await ask("HEAD", MONTH, { accept: NDJSON, "x-request-id": id });
    const entry = await eventually(
      "it is logged",
      () => service.observations.find((each) => each.kind === "request" && each.requestId === id),
    );
    expect(entry).toMatchObject({ method: "HEAD", status: 200, completed: true });
  });

  it("says the length of a body that is sent whole, and of a stream none", async () => {
    const identity = { "accept-encoding": "identity" };
    const page = await ask("HEAD", MONTH, identity);
    expect(Number(page.headers["content-length"])).toBeGreaterThan(100);
    const stream = await ask("HEAD", MONTH, { ...identity, accept: NDJSON });
    expect(stream.headers).not.toHaveProperty("content-length");
  });

  it("answers 304 to the entity tag that it gave", async () => {
    const created = await service.request("/stations", {
      method: "POST",
      json: { station_id: "head", name: "Head", elevation: 1 },
    });
    expect(created.status).toBe(201);
    const { etag } = (await ask("HEAD", "/stations/head", {})).headers;
    const again = await ask("HEAD", "/stations/head", { "if-none-match": String(etag) });
    expect([again.status, again.headers["etag"]]).toEqual([304, etag]);
  });
});
