/**
 * Which answers end their connection over HTTP/1.1, and say so in `Connection: close`. A client that
 * does not see it sends its next request into a connection that nobody reads.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  connectTo,
  type RawResponse,
  readResponse,
  writeAll,
} from "../support/clients/raw_http.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { CORS_CQL } from "./cors_project.ts";

const POST_JSON = "POST /stamped HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
const PUT_JSON = "PUT /words/tern HTTP/1.1\r\nContent-Type: application/json\r\n";

/** What is sent of a request, and what its answer says: a status, and of its connection. */
const CASES: Readonly<Record<string, readonly [string, number, "close" | null]>> = {
  "200": ["GET /words HTTP/1.1\r\nHost: a\r\n\r\n", 200, null],
  "404": ["GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, null],
  "401 whose body has come": [`${PUT_JSON}Host: a\r\nContent-Length: 2\r\n\r\n{}`, 401, null],
  "401 whose body has not come": [`${PUT_JSON}Host: a\r\nContent-Length: 2\r\n\r\n`, 401, "close"],
  "400 for a Host with a space": ["GET /words HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "close"],
  "400 for a head that the runtime does not read": [
    `GET /words HTTP/1.1\r\nHost: a\r\nFiller: ${"a".repeat(70_000)}\r\n\r\n`,
    400,
    "close",
  ],
  "400 for a path that clients change": ["GET /./words HTTP/1.1\r\nHost: a\r\n\r\n", 400, null],
  "408": [`${POST_JSON}X-Letter: a\r\nContent-Length: 9\r\n\r\n{`, 408, "close"],
};

describe("The connection of an answer", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CORS_CQL, {
      routes: ["declared/stamped"],
      env: { BODY_TIMEOUT_MS: "100" },
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function send(request: string): Promise<RawResponse> {
    using connection = await connectTo(service.url);
    await writeAll(connection, new TextEncoder().encode(request));
    return await readResponse(connection);
  }

  for (const [what, [request, status, connection]] of Object.entries(CASES)) {
    it(`is ${connection === null ? "kept" : "closed, and says so,"} after ${what}`, async () => {
      const answer = await send(request);
      // The runtime says it too, where nobody has read the body.
      const said = answer.headers.get("connection")?.split(", ") ?? [];
      expect([answer.status, ...new Set(said)]).toEqual([
        status,
        ...connection === null ? [] : [connection],
      ]);
    });
  }
});
