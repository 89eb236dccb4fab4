/**
 * `/docs` in a real browser while somebody does not answer: it says who and what to do, and keeps what is still
 * good.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Browser, Page } from "playwright-core";
import { DOCS_CLIENT_ID } from "../../dev/oidc/people.ts";
import { launchChromium, skipBrowser } from "../support/clients/chromium.ts";
import { type DocsReader, openDocs } from "../support/clients/docs_reader.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const LIST = "stations/GET/stations";
const GATEWAY = { status: 502, contentType: "text/html", body: "<html>Bad gateway" };
const ANY_ORIGIN = { "access-control-allow-origin": "*" };

describe("The docs page, while somebody does not answer", { skip: skipBrowser }, () => {
  const stack = new AsyncDisposableStack();
  let service: TestService;
  let browser: Browser;

  before(async () => {
    service = stack.use(await startTestService({ cqlDir: EXAMPLE, env: { DOCS_CLIENT_ID } }));
    browser = await launchChromium();
    stack.defer(() => browser.close());
  });
  after(() => stack.disposeAsync());

  async function withReader(act: (reader: DocsReader) => Promise<void>): Promise<void> {
    const reader = await openDocs(browser, service.url);
    await act(reader);
    await reader.close();
  }

  const noticed = (page: Page, text: string) =>
    page.getByRole("status").filter({ hasText: text }).waitFor();

  it("says that the issuer may not know this origin, and that it speaks another language", async () => {
    await withReader(async ({ page, open }) => {
      await open(LIST);
      const logIn = async (name: string) => {
        await page.getByRole("button", { name: "Log in" }).click();
        if (name !== "") await page.getByRole("button", { name }).click();
      };
      await page.route("**/token", (route) => route.abort());
      await logIn("Log in as writer");
      await noticed(page, `"docs" has ${service.url} as a web origin`);
      await page.unroute("**/token");
      await page.route("**/token", (route) => route.fulfill({ ...GATEWAY, headers: ANY_ORIGIN }));
      // The issuer knows who is there.
      await logIn("");
      await noticed(page, "502, and no JSON");
      await page.unroute("**/token");
      await page.route(
        "**/token",
        (route) => route.fulfill({ headers: ANY_ORIGIN, json: { id_token: "a.b.c" } }),
      );
      await logIn("");
      await noticed(page, "gives no token: its answer has none");
      expect(await page.evaluate<number>("sessionStorage.length")).toBe(0);
    });
  });

  it("says that it is logging in until the issuer has answered", async () => {
    await withReader(async ({ page, open }) => {
      await open(LIST);
      const { promise, resolve } = Promise.withResolvers<void>();
      await page.route("**/token", async (route) => {
        await promise;
        await route.continue();
      });
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("button", { name: "Log in as writer" }).click();
      await noticed(page, "Logging in …");
      resolve();
      await page.locator("#caller summary").filter({ hasText: "writer" }).waitFor();
      await page.locator("#notice").waitFor({ state: "hidden" });
    });
  });

  it("keeps the log-in when the service has no time to say whose it is", async () => {
    await withReader(async ({ page, open, logIn, send, untilAnswered }) => {
      await open(LIST);
      await logIn("writer");
      const problem = { code: "too_busy", detail: "The service has no time" };
      await page.route("**/docs/caller", (route) => route.fulfill({ status: 503, json: problem }));
      await page.reload();
      await noticed(page, "cannot be shown as whom: The service has no time. Reload");
      await page.getByRole("button", { name: "Log out" }).waitFor();
      await page.unroute("**/docs/caller");
      await page.reload();
      await page.locator("#caller summary").filter({ hasText: "writer" }).waitFor();
      await send(LIST);
      await untilAnswered("items");
    });
  });

  it("says that the service does not answer", async () => {
    await withReader(async ({ page }) => {
      await page.route("**/openapi.json", (route) => route.abort());
      await page.goto(`${service.url}/docs`);
      await noticed(page, "Cannot reach the service");
      await page.unroute("**/openapi.json");
      await page.route("**/openapi.json", (route) => route.fulfill(GATEWAY));
      await page.reload();
      await noticed(page, "Cannot read what the service answers: 502, and no JSON");
    });
  });

  it("shows the name of a caller as it is, Markdown and all", async () => {
    await withReader(async ({ page, open, logIn, send }) => {
      await open(LIST);
      await logIn("writer");
      const subject = 'auth0|*a*<b>_c_</b>"[d](javascript:e)`';
      await page.route("**/docs/caller", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...await response.json(), subject } });
      });
      await page.reload();
      await page.locator("#caller summary").filter({ hasText: subject }).waitFor();
      await send(LIST);
      await page.getByText(`You are logged in as ${subject}. A token`).last().waitFor();
    });
  });
});
