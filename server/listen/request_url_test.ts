import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { sendRaw } from "../../tests/support/clients/raw_request.ts";
import { listen, type Listener } from "./listen.ts";
import { createUrlCheck } from "./request_url.ts";

const HOST_MISTAKE = 'The header "Host" is not a host and a port';
const URL_MISTAKE = 'The request line and the header "Host" do not make a valid HTTP URL';

/** A request line without its version, the host, and what is wrong; null if nothing is. */
const CASES: readonly (readonly [line: string, host: string, mistake: string | null])[] = [
  ["GET /a", "localhost", null],
  ["GET /a", "localhost:8000", null],
  ["GET /a", "[::1]:8000", null],
  ["GET /a", "a_b.example", null],
  ["GET /a?b=http://c#d", "localhost", null],
  ["GET /a", "", null],
  ["GET http://example.test/a", "localhost", null],
  ["GET https://example.test:443/a", "localhost", null],
  ["OPTIONS *", "localhost", null],
  ["GET /a", "a b", HOST_MISTAKE],
  ["GET /a", "localhost/b?", HOST_MISTAKE],
  ["GET /a", "user@localhost", HOST_MISTAKE],
  ["GET /a", "localhost:", HOST_MISTAKE],
  ["GET /a", "localhost:99999", URL_MISTAKE],
  ["GET /a", ":8000", URL_MISTAKE],
  ["GET /a", "[::::]", URL_MISTAKE],
  ["GET /a", "[1.2.3.4]", URL_MISTAKE],
  ["GET /a", "1.2.3.400", URL_MISTAKE],
  ["GET /a", "xn--", URL_MISTAKE],
  ["GET http://example.test:99999/a", "localhost", URL_MISTAKE],
  ["GET http://user@example.test/a", "localhost", URL_MISTAKE],
  ["GET http://example.test?b/a", "localhost", URL_MISTAKE],
  ["GET http://example.test#/a", "localhost", URL_MISTAKE],
  ["GET ftp://example.test/a", "localhost", URL_MISTAKE],
  ["CONNECT example.test:80", "localhost", URL_MISTAKE],
];

describe("mistakeInUrl()", () => {
  let listener: Listener;
  before(() => {
    listener = listen(
      { hostname: "127.0.0.1", port: 0, onLost: () => {} },
      ({ url }) => Response.json({ detail: null, path: new URL(url).pathname }),
    );
  });
  after(() => listener?.finish(1_000));

  for (const [line, host, mistake] of CASES) {
    it(`${mistake === null ? "takes" : "refuses"} "${line}" with the host "${host}"`, async () => {
      const url = `http://127.0.0.1:${listener.port}/`;
      const { status, body } = await sendRaw(url, [`${line} HTTP/1.1`, `Host: ${host}`]);
      expect([status, JSON.parse(body).detail]).toEqual([mistake === null ? 200 : 400, mistake]);
    });
  }

  // RFC 9112, section 3.2, asks for 400 with version 1.1, but requests of both versions look the same here.
  for (const version of ["1.0", "1.1"]) {
    it(`takes a request of HTTP/${version} without a host`, async () => {
      const url = `http://127.0.0.1:${listener.port}/`;
      const { status, body } = await sendRaw(url, [`GET /a HTTP/${version}`], { addsHost: false });
      expect([status, JSON.parse(body)]).toEqual([200, { detail: null, path: "/a" }]);
    });
  }
});

describe("createUrlCheck()", () => {
  it("says the same of a request whatever came before it", () => {
    const host = fc.constantFrom(
      "",
      "a",
      "a:80",
      "A",
      "ab",
      "[::1]",
      "[::1]:80",
      "a b",
      "1.2.3.400",
      "a:99999",
    );
    const path = fc.constantFrom(
      "",
      "/",
      "/b",
      "//a/",
      "/\\..",
      "?b/",
      "#/",
      "@b/",
      ":80/",
      "/a?b=http://a/",
    );
    const request = fc.record({
      host,
      url: fc.tuple(fc.constantFrom("http://", "https://", "ftp://", "HTTP://", ""), host, path)
        .map((parts) => parts.join("")),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 20 }), (requests) => {
        const check = createUrlCheck();
        for (const { host, url } of requests) {
          const headers = new Headers({ host });
          expect([url, check({ headers, url })]).toEqual([url, createUrlCheck()({ headers, url })]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
