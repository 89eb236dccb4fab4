/**
 * Small answers that nobody reads. One connection of HTTP/2 has two hundred requests at a time, so each answer counts, and is
 * let go of in time. A connection of HTTP/1.1 has a single one, which the runtime gets whole.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { STREAM_BYTES } from "../../routes/respond/answer_bytes.ts";
import { createAuthority } from "../support/certificates.ts";
import { FrugalClient, type FrugalRequest } from "../support/clients/frugal_client.ts";
import { headOf, readResponse, writeAll } from "../support/clients/raw_http.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { endOf } from "../support/telemetry/request_end.ts";
import { isNothingLeft, unreadLoadOf } from "./unread_load.ts";

const CQL = {
  migration: "CREATE TABLE birds (list text, name text, PRIMARY KEY (list, name));",
  queries: `
-- name: list_birds :many
-- @route GET /birds/{list}
-- @public
-- @page size=100 max=1000
SELECT name FROM birds WHERE list = :list;
`,
};
const BIRDS = 200;
const STALL_MS = 3_000;
/** More than any of them has. */
const MORE = 1_000_000;
/** Longer than what is handed over whole. */
const LONG = "~".repeat(2_500);

interface Small {
  readonly what: string;
  readonly request: FrugalRequest;
  readonly status: number;
}

const SMALL: readonly Small[] = [
  { what: "a page", request: { path: "/birds/l" }, status: 200 },
  { what: "a problem", request: { path: `/birds/l?${LONG}=1` }, status: 422 },
  { what: "what a handler returns", request: { path: "/long-text" }, status: 200 },
];

/** As clients send them that say nothing of the connection, which may as well be one of HTTP/2. */
const VERSIONS = [
  ["HTTP/1.1 without Connection", ["HTTP/1.1", "Host: localhost"]],
  ["HTTP/1.0 without Host", ["HTTP/1.0"]],
] as const;

const stack = new AsyncDisposableStack();
let service: TestService;
let caCerts: string[];
before(async () => {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const authority = await createAuthority(folder, "authority");
  const { cert, key } = await authority.issue("server");
  caCerts = [await Deno.readTextFile(authority.cert)];
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      cql: CQL,
      routes: ["rows/long_text"],
      env: { TLS_CERT: cert, TLS_KEY: key, STREAM_STALL_TIMEOUT_MS: `${STALL_MS}` },
    }),
  );
  for (let bird = 0; bird < BIRDS; bird++) {
    await service.client.execute(
      "INSERT INTO birds (list, name) VALUES ('l', ?)",
      [`a bird with quite a long name and the number ${bird}`],
      { prepare: true },
    );
  }
});
after(() => stack.disposeAsync());

function connect(alpnProtocols: string[]): Promise<Deno.TlsConn> {
  const port = Number(new URL(service.url).port);
  return Deno.connectTls({ hostname: "localhost", port, caCerts, alpnProtocols });
}

const load = () => unreadLoadOf(service.adminUrl);
const nothingLeft = () => isNothingLeft(service.adminUrl);
const logged = (id: string) => eventually("it is logged", () => endOf(service, id));

describe("a small answer that nobody reads", () => {
  for (const { what, request, status } of SMALL) {
    // HTTP/2 has no use for the header, but a caller may send it.
    for (const host of [undefined, "localhost"]) {
      const named = host === undefined ? "without" : "with";
      it(`counts over HTTP/2 ${named} a Host, and is let go of in time: ${what}`, async () => {
        const id = crypto.randomUUID();
        const headers = { "x-request-id": id, ...host === undefined ? {} : { host } };
        await eventually("all before is over", nothingLeft);
        using caller = new FrugalClient(await connect(["h2"]));
        await promptly("it is answered", caller.send({ ...request, headers }));
        const { unread, inFlight } = await load();
        expect(inFlight).toBe(0);
        expect(unread).toBeGreaterThan(STREAM_BYTES + 4_096);
        expect(unread).toBeLessThan(STREAM_BYTES + 65_536);
        const entry = await logged(id);
        expect([entry.status, entry.completed]).toEqual([status, false]);
        expect(String(entry.cause)).toBe(
          `ReaderStalled: The caller took nothing for ${STALL_MS} ms`,
        );
        await eventually("nothing is left of it", nothingLeft);
        expect(await promptly("its connection has ended", caller.ended)).toBe("broken");
      });
    }

    it(`has every byte for a caller who reads it in time: ${what}`, async () => {
      using caller = new FrugalClient(await connect(["h2"]));
      await promptly("it is answered", caller.send(request));
      await caller.take(MORE);
      expect(await promptly("it ends", caller.ended)).toBe("complete");
      expect(JSON.parse(new TextDecoder().decode(caller.received))).toBeTruthy();
    });

    for (const [version, lines] of VERSIONS) {
      it(`has its length over ${version}: ${what}`, async () => {
        using connection = await connect(["http/1.1"]);
        const sent = `GET ${request.path} ${lines.join("\r\n")}\r\n\r\n`;
        await writeAll(connection, new TextEncoder().encode(sent));
        const { headers, text } = await promptly(
          "it ends where its length says",
          readResponse(connection),
        );
        expect(headers.has("transfer-encoding")).toBe(false);
        expect(Number(headers.get("content-length"))).toBe(text.length);
        expect(JSON.parse(text)).toBeTruthy();
      });
    }

    it(`is handed over whole to HTTP/1.1: ${what}`, async () => {
      const id = crypto.randomUUID();
      await eventually("all before is over", nothingLeft);
      using connection = await connect(["http/1.1"]);
      const headers = [`X-Request-Id: ${id}`];
      await writeAll(connection, headOf({ path: request.path, headers }));
      const entry = await logged(id);
      expect([entry.status, entry.completed]).toEqual([status, true]);
      expect(await load()).toEqual({ unread: 0, inFlight: 0 });
    });
  }
});
