/**
 * Entity tags in a browser that keeps rows for one caller, and then asks for another: it shows what that caller
 * may see, although both rows have the same version.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Browser, Page } from "playwright-core";
import { freePort } from "../../dev/ports.ts";
import { type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import { launchChromium, skipBrowser } from "../support/clients/chromium.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE projects (tenant text, id int, name text, budget text, version int,
  PRIMARY KEY ((tenant), id));
INSERT INTO projects (tenant, id, name, budget, version) VALUES ('acme', 7, 'Rocket', '100', 1);
INSERT INTO projects (tenant, id, name, budget, version) VALUES ('globex', 7, 'Boat', '200', 1);
CREATE TABLE signs (id int, language text, words text, version int, PRIMARY KEY ((id), language));
INSERT INTO signs (id, language, words, version) VALUES (7, 'en', 'Exit', 1);
INSERT INTO signs (id, language, words, version) VALUES (7, 'de', 'Ausgang', 1);`,
  queries: `
-- name: get_project :one
-- @route GET /projects/{id}
-- @scope projects
-- @param tenant in claim:tenant
-- @mask budget unless budgets
-- @etag version
SELECT name, budget, version FROM projects WHERE tenant = :tenant AND id = :id;

-- name: get_kept_project :one
-- @route GET /kept/{id}
-- @scope projects
-- @param tenant in claim:tenant
-- @etag version
-- @cache ttl=60s
SELECT name, version FROM projects WHERE tenant = :tenant AND id = :id;

-- name: get_sign :one
-- @route GET /signs/{id}
-- @public
-- @param language in header as=Sign-Language
-- @etag version
SELECT words, version FROM signs WHERE id = :id AND language = :language;
`,
};

describe("A browser that has a row for one caller", { skip: skipBrowser }, () => {
  const stack = new AsyncDisposableStack();
  let issuer: OwnIssuer;
  let service: OwnService;
  let browser: Browser;
  let origin: string;
  before(async () => {
    const port = freePort();
    origin = `http://localhost:${port}`;
    issuer = stack.use(await startOwnIssuer());
    service = stack.use(
      await startOwnService(CQL, { env: { OIDC_ISSUER: issuer.issuer, CORS_ORIGINS: origin } }),
    );
    const server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
    );
    stack.defer(() => server.shutdown());
    browser = await launchChromium();
    stack.defer(() => browser.close());
  });
  after(() => stack.disposeAsync());

  type Fetch = (path: string, headers: Record<string, string>) => Promise<Record<string, unknown>>;

  /** What fetches in a page of a browser that keeps nothing yet. */
  async function openPage(): Promise<Fetch> {
    const page: Page = await browser.newPage();
    await page.goto(`${origin}/`);
    return (path, headers) =>
      page.evaluate(
        async ({ url, headers }) => await (await fetch(url, { headers })).json(),
        { url: new URL(path, service.url).href, headers },
      );
  }

  async function tokenOf(tenant: string, scope = "projects"): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await issuer.token({ claims: { scope, tenant } })}` };
  }

  /** The statuses of the answers to a route, in the order of the requests. */
  function statusesOf(route: string): number[] {
    return service.observations.flatMap((each) =>
      each.kind === "request" && each.route === route && each.method === "GET" ? [each.status] : []
    );
  }

  it("shows the row of the next tenant, and asks for its own with the tag that it has", async () => {
    const fetchRow = await openPage();
    const [acme, globex] = [await tokenOf("acme"), await tokenOf("globex")];
    const path = "/projects/7";
    for (const [headers, name] of [[acme, "Rocket"], [acme, "Rocket"], [globex, "Boat"]] as const) {
      expect(await fetchRow(path, headers)).toMatchObject({ name, version: 1 });
    }
    expect(await fetchRow(path, acme)).toMatchObject({ name: "Rocket" });
    expect(statusesOf("/projects/{id}")).toEqual([200, 304, 200, 200]);
  });

  it("shows as much of it as the next token allows", async () => {
    const fetchRow = await openPage();
    const [some, all] = [await tokenOf("acme"), await tokenOf("acme", "projects budgets")];
    const path = "/projects/7";
    expect(await fetchRow(path, all)).toMatchObject({ budget: "100" });
    expect(await fetchRow(path, some)).toMatchObject({ budget: null });
    expect(await fetchRow(path, all)).toMatchObject({ budget: "100" });
  });

  it("shows the row of the next tenant where rows may be kept for a while", async () => {
    const fetchRow = await openPage();
    const [acme, globex] = [await tokenOf("acme"), await tokenOf("globex")];
    expect(await fetchRow("/kept/7", acme)).toMatchObject({ name: "Rocket" });
    expect(await fetchRow("/kept/7", acme)).toMatchObject({ name: "Rocket" });
    expect(await fetchRow("/kept/7", globex)).toMatchObject({ name: "Boat" });
    // The second time, it did not ask.
    expect(statusesOf("/kept/{id}")).toEqual([200, 200]);
  });

  it("shows the row that the next header asks for", async () => {
    const fetchRow = await openPage();
    for (const [language, words] of [["en", "Exit"], ["de", "Ausgang"], ["en", "Exit"]]) {
      const row = await fetchRow("/signs/7", { "sign-language": language! });
      expect(row).toMatchObject({ words });
    }
  });
});
