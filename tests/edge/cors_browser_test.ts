/**
 * CORS as a browser enforces it: a page of another origin calls the API.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Browser, Page } from "playwright-core";
import { freePort } from "../../dev/ports.ts";
import { launchChromium, skipBrowser } from "../support/clients/chromium.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { CORS_CQL } from "./cors_project.ts";

interface Call {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly credentials?: RequestCredentials;
  /** The response headers to read. */
  readonly read?: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The headers as the page may read them; null for one that it may not. */
  readonly headers: Record<string, string | null>;
  /** How many chunks the body came in. */
  readonly chunks: number;
}

describe("A web page of another origin", { skip: skipBrowser }, () => {
  const stack = new AsyncDisposableStack();
  let service: OwnService;
  let browser: Browser;
  let listed: Page;
  let stranger: Page;
  let authorization: string;

  before(async () => {
    const [listedPort, strangerPort] = [freePort(), freePort()];
    const listedOrigin = `http://localhost:${listedPort}`;
    service = stack.use(
      await startOwnService(CORS_CQL, { env: { CORS_ORIGINS: listedOrigin } }),
    );
    authorization = `Bearer ${await service.token("writer")}`;
    browser = await launchChromium();
    stack.defer(() => browser.close());
    const pages = [listedPort, strangerPort].map(async (port) => {
      const server = Deno.serve(
        { port, hostname: "127.0.0.1", onListen: () => {} },
        () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
      );
      stack.defer(() => server.shutdown());
      const page = await browser.newPage();
      await page.goto(`http://localhost:${port}/`);
      return page;
    });
    [listed, stranger] = await Promise.all(pages) as [Page, Page];
  });
  after(() => stack.disposeAsync());

  /** Calls the API from a page; "blocked" if the browser does not let it read the answer. */
  function call(page: Page, { path, read = [], ...init }: Call): Promise<Answer | "blocked"> {
    const url = new URL(path, service.url).href;
    return page.evaluate(async ({ url, read, init }) => {
      try {
        const response = await fetch(url, init);
        const decoder = new TextDecoder();
        let [text, chunks] = ["", 0];
        for (
          const reader = response.body?.getReader();
          reader !== undefined;
        ) {
          const { done, value } = await reader.read();
          if (done) break;
          text += decoder.decode(value, { stream: true });
          chunks++;
        }
        return {
          status: response.status,
          text,
          chunks,
          headers: Object.fromEntries(read.map((name) => [name, response.headers.get(name)])),
        };
      } catch {
        return "blocked";
      }
    }, { url, read: [...read], init });
  }

  it("reads an answer and its headers if it is listed", async () => {
    const read = ["link", "x-request-id", "server-timing", "vary"];
    expect(await call(listed, { path: "/words", read })).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^\{"items":\[\{"word":"t.rn"\}\],"next_cursor":"/),
      headers: {
        link: expect.stringMatching(/^<\/words\?cursor=/),
        "x-request-id": expect.stringMatching(/^[\da-f-]{36}$/),
        "server-timing": expect.stringContaining("cassandra;dur="),
        // Not among those that it may read.
        vary: null,
      },
    });
  });

  it("reads problems too", async () => {
    const read = ["www-authenticate"];
    expect(await call(listed, { path: "/words/tern", read })).toMatchObject({
      status: 401,
      text: expect.stringContaining('"code":"missing_token"'),
      headers: { "www-authenticate": expect.stringContaining("Bearer") },
    });
    const headers = { authorization: "Bearer nonsense" };
    expect(await call(listed, { path: "/words/tern", headers })).toMatchObject({ status: 401 });
    expect(await call(listed, { path: "/nothing" })).toMatchObject({ status: 404 });
  });

  it("writes with a preflight, a tag and a header of the query's own", async () => {
    const path = "/words/tern";
    const before = await call(listed, { path, headers: { authorization }, read: ["etag"] });
    expect(before).toMatchObject({ status: 200, headers: { etag: expect.stringMatching(/^"1;/) } });
    const { etag } = (before as Answer).headers;
    const put: Call = {
      path,
      method: "PUT",
      headers: { authorization, "content-type": "application/json", "if-match": etag!, note: "x" },
      body: JSON.stringify({ meaning: "A sea bird", version: 2 }),
    };
    expect(await call(listed, put)).toMatchObject({ status: 200, text: '{"applied":true}' });
    expect(await call(listed, put)).toMatchObject({ status: 412 });
    const fresh = { authorization, "if-none-match": etag!.replace("1", "2") };
    expect(await call(listed, { path, headers: fresh })).toMatchObject({ status: 304 });
  });

  it("reads a stream", async () => {
    const headers = { accept: "application/x-ndjson" };
    const answer = await call(listed, { path: "/words", headers });
    expect(answer).toMatchObject({ status: 200 });
    const { text, chunks } = answer as Answer;
    const rows = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    expect(rows).toHaveLength(2);
    expect(chunks).toBeGreaterThan(0);
  });

  it("may send credentials if it is listed by name", async () => {
    const answer = await call(listed, { path: "/words", credentials: "include" });
    expect(answer).toMatchObject({ status: 200 });
  });

  it("may send headers that no route takes, if it is listed", async () => {
    const sent = { path: "/words", headers: { "x-other": "1", baggage: "a=b" } };
    expect(await call(listed, sent)).toMatchObject({ status: 200 });
    expect(await call(stranger, sent)).toBe("blocked");
  });

  const STRANGE: readonly [what: string, call: Call][] = [
    ["an answer", { path: "/words" }],
    ["a problem", { path: "/words/tern" }],
    ["the OpenAPI document", { path: "/openapi.json" }],
    ["a stream", { path: "/words", headers: { accept: "application/x-ndjson" } }],
  ];
  for (const [what, each] of STRANGE) {
    it(`cannot read ${what} if it is not listed`, async () => {
      expect(await call(stranger, each)).toBe("blocked");
      expect(await call(listed, each)).not.toBe("blocked");
    });
  }

  it("cannot write if it is not listed", async () => {
    const path = "/words/turn";
    const remove = { path, method: "DELETE", headers: { authorization } };
    expect(await call(stranger, remove)).toBe("blocked");
    // The preflight failed, so that nothing was sent.
    expect(await call(listed, { path, headers: { authorization } })).toMatchObject({ status: 200 });
    expect(await call(listed, remove)).toMatchObject({ status: 204 });
    expect(await call(listed, { path, headers: { authorization } })).toMatchObject({ status: 404 });
  });
});

describe("The page at /", { skip: skipBrowser }, () => {
  it("is shown in the scheme that its reader prefers, and violates nothing of its policy", async () => {
    await using service = await startOwnService(CORS_CQL);
    const browser = await launchChromium();
    try {
      const looks: string[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await browser.newPage({ colorScheme });
        const complaints: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("requestfailed", (request) => complaints.push(request.url()));
        await page.goto(`${service.url}/`);
        expect(await page.locator("a").allInnerTexts())
          .toEqual(["API reference", "OpenAPI document", "Ready"]);
        looks.push(await page.evaluate<string>("getComputedStyle(document.body).color"));
        expect(complaints).toEqual([]);
      }
      expect(looks).toEqual(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
    } finally {
      await browser.close();
    }
  });
});
