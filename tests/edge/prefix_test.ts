/**
 * The service behind a proxy that strips a prefix, and behind one that adds it: every address that a
 * client is given leads back through the proxy.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { freePort } from "../../dev/ports.ts";
import { untilReady } from "../support/eventually.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, type Page, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE words (shelf text, word text, PRIMARY KEY (shelf, word));
INSERT INTO words (shelf, word) VALUES ('a b/c', 'one');
INSERT INTO words (shelf, word) VALUES ('a b/c', 'two');
INSERT INTO words (shelf, word) VALUES ('a b/c', 'zoo');`,
  queries: `
-- name: list_words :many
-- @route GET /v1/shelves/{shelf}/words
-- @public
-- @page size=1 max=10
SELECT word FROM words WHERE shelf = :shelf;
`,
};
const WORDS = "/v1/shelves/a%20b%2Fc/words";

const stack = new AsyncDisposableStack();
/** What a client has: the address of the API, and the service that is behind it. */
const sides: Record<string, { url: string; service: OwnService }> = {};

before(async () => {
  const [strip, add] = [freePort(), freePort()];
  const [stripUrl, addUrl] = [`http://127.0.0.1:${strip}/weather`, `http://127.0.0.1:${add}`];
  const about = {
    API_TITLE: "Words & <more>",
    API_VERSION: "2026-01",
    API_DESCRIPTION: "Of *all*",
  };
  const plain = stack.use(
    await startOwnService(CQL, {
      env: { ...about, PUBLIC_URL: stripUrl },
      routes: ["declared/place"],
    }),
  );
  const prefixed = stack.use(
    await startOwnService(CQL, {
      env: { ...about, PUBLIC_URL: addUrl, BASE_PATH: "/weather" },
      routes: ["declared/place"],
    }),
  );
  const addressOf = ({ url }: OwnService) => `127.0.0.1:${new URL(url).port}`;
  const proxy = new Deno.Command("haproxy", {
    args: ["-db", "-f", "tests/fixtures/prefix_haproxy.cfg"],
    env: {
      STRIP: `127.0.0.1:${strip}`,
      ADD: `127.0.0.1:${add}`,
      PLAIN: addressOf(plain),
      PREFIXED: addressOf(prefixed),
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  stack.defer(async () => {
    proxy.kill("SIGKILL");
    await proxy.status;
  });
  await untilReady(stripUrl);
  await untilReady(addUrl);
  sides.strips = { url: stripUrl, service: plain };
  sides.adds = { url: addUrl, service: prefixed };
});
after(() => stack.disposeAsync());

for (const side of ["strips", "adds"]) {
  describe(`Behind a proxy that ${side} a prefix`, () => {
    it("the links from page to page lead through the proxy", async () => {
      const { url } = sides[side]!;
      const words: string[] = [];
      let next: string | null = `${url}${WORDS}`;
      while (next !== null) {
        expect(next.startsWith(`${url}${WORDS}`)).toBe(true);
        const response: Response = await fetch(next);
        const page: Page<{ word: string }> = await succeed(Promise.resolve(response));
        words.push(...page.items.map(({ word }) => word));
        const link = response.headers.get("link");
        expect(link === null).toBe(page.next_cursor === null);
        next = link === null ? null : new URL(/^<(.*)>; rel="next"$/.exec(link)![1]!, next).href;
      }
      expect(words).toEqual(["one", "two", "zoo"]);
    });

    it("a path below the server of the OpenAPI document is a route", async () => {
      const { url } = sides[side]!;
      const document = await succeed<{
        info: unknown;
        servers: { url: string }[];
        paths: Record<string, unknown>;
      }>(fetch(`${url}/openapi.json`));
      expect(document.info).toEqual({
        title: "Words & <more>",
        version: "2026-01",
        description: "Of *all*",
      });
      expect(document.servers).toEqual([{ url }]);
      expect(Object.keys(document.paths)).toEqual(["/places", "/v1/shelves/{shelf}/words"]);
      await succeed(fetch(`${document.servers[0]!.url}${WORDS}`));
    });

    it("the links of / work, on the page and in JSON", async () => {
      const { url } = sides[side]!;
      const page = await (await fetch(`${url}/`, { headers: { accept: "text/html" } })).text();
      expect(page).toContain("<h1>Words &amp; &lt;more&gt;</h1>");
      const links = [...page.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href!);
      const { docs, openapi, ready } = await succeed<Record<string, string>>(fetch(url));
      expect(links).toEqual([docs, openapi, ready]);
      for (const link of links) {
        const response = await fetch(new URL(link, `${url}/`));
        expect([link, response.status]).toEqual([link, 200]);
        await response.body?.cancel();
      }
    });

    it("the files of /docs are found, and /docs/ leads there", async () => {
      const { url } = sides[side]!;
      const response = await fetch(`${url}/docs/`);
      expect([response.status, response.url]).toEqual([200, `${url}/docs`]);
      const page = await response.text();
      const files = [...page.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(([, to]) => to!);
      expect(files).toContain("docs/docs.js");
      for (const file of [...files, "docs/login.js", "docs/reference.js"]) {
        const { status, body } = await fetch(new URL(file, response.url));
        expect([file, status]).toEqual([file, 200]);
        await body?.cancel();
      }
    });

    it("a hand-written route can say where something is", async () => {
      const { url } = sides[side]!;
      const response = await fetch(`${url}/places`, { method: "POST" });
      const location = response.headers.get("location")!;
      expect([response.status, location]).toEqual([201, `${url}/livez`]);
      expect((await succeed<{ status: string }>(fetch(location))).status).toBe("alive");
    });

    it("a problem says where the reference is", async () => {
      const { url } = sides[side]!;
      const { detail } = await problemOf(await fetch(`${url}/nothing`));
      expect(detail).toContain(`see ${url}/docs`);
      const { detail: near } = await problemOf(await fetch(`${url}/v1/shelves/a/word`));
      expect(near).toContain(
        `did you mean "${url}/v1/shelves/{shelf}/words"? See ${url}/docs`,
      );
    });
  });
}

describe("A service with a prefix", () => {
  it("names a path as it was asked for where it takes other methods", async () => {
    const { url, service } = sides.adds!;
    const direct = `${service.url}${WORDS}`;
    const { detail } = await problemOf(await fetch(direct, { method: "PUT" }));
    expect(detail).toBe('"/weather/v1/shelves/a b%2Fc/words" does not take PUT, but GET, HEAD');
    expect((await fetch(`${url}${WORDS}`, { method: "PUT" })).headers.get("allow")).toBe(
      "GET, HEAD",
    );
  });

  const ask = (path: string) =>
    sides.adds!.service.request(new URL(path, sides.adds!.service.url).href, { user: null });

  for (const path of ["/livez", "/readyz", "/weather/livez", "/weather/readyz", "/weather"]) {
    it(`answers at ${path}`, async () => {
      const response = await ask(path);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });
  }
  for (
    const path of [
      "/",
      "/docs",
      "/openapi.json",
      WORDS,
      "/weathers",
      "/weather/weather",
      "/Weather",
    ]
  ) {
    it(`has nothing at ${path}`, async () => {
      const { code, detail } = await problemOf(await ask(path));
      const shown = path.replace("%20", " ");
      expect([code, detail]).toEqual([
        "unknown_route",
        expect.stringContaining(`There is no route for "${shown}": `),
      ]);
    });
  }
});
