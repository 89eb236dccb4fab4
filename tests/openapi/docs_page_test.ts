/**
 * `/docs` in a real browser: people log in at the real provider, try operations, and see what they may
 * call.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Browser, Page } from "playwright-core";
import { DOCS_CLIENT_ID } from "../../dev/oidc/people.ts";
import { launchChromium, skipBrowser } from "../support/clients/chromium.ts";
import {
  type DocsReader,
  inaccessibleParts,
  openDocs,
  overflows,
} from "../support/clients/docs_reader.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const CREATE = "stations/POST/stations";
const LIST = "stations/GET/stations";

describe("The docs page", { skip: skipBrowser }, () => {
  const stack = new AsyncDisposableStack();
  let service: TestService;
  let browser: Browser;
  let reader: DocsReader;

  before(async () => {
    service = stack.use(
      await startTestService({
        cqlDir: EXAMPLE,
        // With a prefix, for whatever does not follow it fails.
        env: { BASE_PATH: "/weather", DOCS_CLIENT_ID },
      }),
    );
    browser = await launchChromium();
    stack.defer(() => browser.close());
    reader = await openDocs(browser, service.url);
  });
  after(() => stack.disposeAsync());

  it("shows every operation of the document", async () => {
    const { page } = reader;
    await reader.open(CREATE);
    const closed = page.getByRole("button", { name: /^Open Group/ });
    while (await closed.count() > 0) await closed.first().click();
    const { paths } = await (await service.request(`${service.url}/openapi.json`)).json();
    const described = Object.entries<Record<string, unknown>>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()}${path}`)
    );
    const shown = await page.locator("aside a[href*='#tag/']").evaluateAll((links) =>
      links.flatMap((link) =>
        /#tag\/\w+\/([A-Z]+\/.*)$/.exec(decodeURI(link.getAttribute("href")!))?.[1] ?? []
      )
    );
    expect(shown.sort()).toEqual(described.sort());
  });

  it("finds an operation by a word", async () => {
    const { page } = reader;
    await page.getByRole("button", { name: "Open Search" }).click();
    await page.getByRole("combobox", { name: "Enter search query" }).fill("nearest");
    await page.getByRole("option").filter({ hasText: "/climates/nearest" }).first().click();
    await page.waitForURL(/#tag\/stations\/POST\/climates\/nearest$/);
  });

  it("has the whole of an operation on a screen, with samples of code", async () => {
    const { page } = reader;
    await reader.open(CREATE);
    const operation = page.locator(`section[id$="tag/${CREATE}"]`);
    const text = await operation.innerText();
    for (const part of ["station_id", "curl", "--request POST", "201", "Test Request"]) {
      expect(text).toContain(part);
    }
    await operation.getByRole("button", { name: "Shell Curl" }).click();
    await page.getByRole("option", { name: "Fetch" }).first().click();
    await operation.filter({ hasText: "fetch('" }).waitFor();
  });

  it("refuses nothing itself: without a token the service answers", async () => {
    await reader.send(LIST);
    await reader.untilAnswered("missing_token");
  });

  it("logs a writer in, who creates a station and lists it", async () => {
    await reader.open(CREATE);
    await reader.logIn("writer");
    // It is back where it was.
    expect(reader.page.url()).toBe(`${service.url}/docs#tag/${CREATE}`);
    await reader.send(CREATE);
    await reader.untilAnswered('"applied": true');
    await reader.open(LIST);
    await reader.send(LIST);
    await reader.untilAnswered("Reykjavík");
  });

  it("stays logged in when it is reloaded, and keeps the token from everybody else", async () => {
    const { page } = reader;
    await page.reload();
    await page.locator("#caller summary").filter({ hasText: "writer" }).waitFor();
    const elsewhere = await page.evaluate<string>("JSON.stringify(localStorage) + document.cookie");
    const { token } = await page.evaluate<{ token: string }>(
      "JSON.parse(sessionStorage.getItem('cqlgate-docs-session'))",
    );
    expect(token).toMatch(/^ey/);
    expect(elsewhere).not.toContain(token);
    expect(page.url()).not.toContain("code=");
  });

  it("pages through results", async () => {
    for (const station_id of ["one", "two"]) {
      const json = { station_id, name: `Station ${station_id}` };
      await service.request(`${service.url}/stations`, { method: "POST", json });
    }
    const { page } = reader;
    await reader.open(LIST);
    await reader.send(LIST, { name: "limit", value: "1" });
    const next = page.getByRole("button", { name: "Next page" });
    for (const [index, station] of ["Reykjavík", "Station one", "Station two"].entries()) {
      await reader.untilAnswered(`Page ${index + 1}`);
      await reader.untilAnswered(station);
      await next.click();
    }
    await reader.untilAnswered("Page 4, the last one");
    expect(await next.count()).toBe(0);
    // A request of the reader's own begins with the first page again.
    await page.locator('[data-addressbar-action="send"]:visible').click();
    await reader.untilAnswered("Page 1");
  });

  it("shows a writer who they are, and that they may call everything", async () => {
    const { page } = reader;
    await reader.open(CREATE);
    await page.locator("#caller summary").click();
    const text = await page.locator("#caller").innerText();
    expect(text).toContain(service.provider.issuer);
    expect(text).toContain("stations:read stations:write observations:read observations:write");
    expect(text).toMatch(/(\d+) of \1 operations/);
  });

  it("logs out, and then asks again who is there", async () => {
    await reader.logOut();
    await reader.send(CREATE);
    await reader.untilAnswered("missing_token");
    await reader.open(CREATE);
    await reader.logIn("reader");
  });

  it("shows a reader what they may call, and the refusal of what they may not", async () => {
    const { page } = reader;
    await reader.open(CREATE);
    const operation = page.locator(`section[id$="tag/${CREATE}"]`);
    await operation.getByText("You lack stations:write").waitFor();
    await reader.send(CREATE);
    await reader.untilAnswered("insufficient_scope");

    await reader.open(CREATE);
    await page.locator("#caller summary").click();
    await page.getByLabel("Show only what I may call").check();
    await page.locator("aside").getByRole("link", { name: "Register a station" })
      .waitFor({ state: "detached" });
    await page.locator("aside").getByRole("link", { name: "One station" }).waitFor();
  });

  it("takes a token that somebody pastes", async () => {
    const pasting = await openDocs(browser, service.url);
    await pasting.open(LIST);
    await pasting.page.getByRole("button", { name: /Auth Type/ }).first().click();
    await pasting.page.getByRole("option", { name: "oidc" }).first().click();
    await pasting.page.getByRole("textbox", { name: "Bearer Token" }).first()
      .fill(await service.token("writer"));
    await pasting.send(LIST);
    await pasting.untilAnswered("Reykjavík");
    expect(pasting.complaints).toEqual([]);
    await pasting.close();
  });

  const UNFINISHED = [
    ["that was begun elsewhere", "code=stolen&state=forged", "was not begun here"],
    ["for another state", "code=stolen&state=own2", "was not begun here"],
    ["with a code that the issuer did not give", "code=made-up&state=own", "gives no token"],
    [
      "that the issuer refuses",
      "error=denied&error_description=No+way&state=own",
      "refuses: No way",
    ],
  ] as const;
  for (const [what, query, reason] of UNFINISHED) {
    it(`finishes no log-in ${what}`, async () => {
      const stranger = await openDocs(browser, service.url);
      const { page } = stranger;
      // A log-in that was begun in this tab, but for the first.
      if (!query.includes("forged")) {
        await page.goto(`${service.url}/docs/docs.css`);
        await page.evaluate(`sessionStorage.setItem("cqlgate-docs-attempt",
          JSON.stringify({ state: "own", verifier: "v".repeat(43), hash: "" }))`);
      }
      await page.goto(`${service.url}/docs?${query}`);
      await page.getByRole("status").filter({ hasText: reason }).waitFor();
      await page.getByRole("button", { name: "Log in" }).waitFor();
      expect(page.url()).not.toContain("?");
      expect(await page.evaluate<number>("sessionStorage.length")).toBe(0);
      await stranger.close();
    });
  }

  it("ends the session when the service no longer takes the token", async () => {
    const late = await openDocs(browser, service.url);
    await late.open(LIST);
    await late.page.evaluate(`sessionStorage.setItem("cqlgate-docs-session",
      JSON.stringify({ token: "a.b.c", expiresAt: Date.now() + 60000 }))`);
    await late.page.reload();
    await late.page.getByRole("status").filter({ hasText: "You are not logged in" }).waitFor();
    expect(await late.page.evaluate<number>("sessionStorage.length")).toBe(0);
    await late.close();
  });

  const SCREENS = {
    "on a desk": { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
    "on a phone in the dark": {
      viewport: { width: 390, height: 844 },
      colorScheme: "dark",
      isMobile: true,
    },
  } as const;
  for (const [where, screen] of Object.entries(SCREENS)) {
    it(`fits ${where}, log-in page and all`, async () => {
      const other = await openDocs(browser, service.url, screen);
      const { page } = other;
      await other.open(CREATE);
      const isDark = screen.colorScheme === "dark";
      expect(await brightness(page) < 128).toBe(isDark);
      expect(await overflows(page)).toBe(false);
      await eventually("all of the reference has contrast", async () => {
        const parts = await inaccessibleParts(page, "html");
        return !parts.some((part) => part.startsWith("color-contrast"));
      });
      await page.getByRole("button", { name: "Log in" }).click();
      const writer = page.getByRole("button", { name: "Log in as writer" });
      await writer.waitFor();
      expect(await inaccessibleParts(page, "html")).toEqual([]);
      expect(await brightness(page) < 128).toBe(isDark);
      expect(await overflows(page)).toBe(false);
      // Without a mouse.
      await writer.press("Enter");
      await page.locator("#caller summary").click();
      await page.getByLabel("Show only what I may call").waitFor();
      expect(await inaccessibleParts(page, "#bar")).toEqual([]);
      expect(await overflows(page)).toBe(false);
      const panel = (await page.locator("#caller > div").boundingBox())!;
      expect(panel.x).toBeGreaterThanOrEqual(0);
      expect(panel.x + panel.width).toBeLessThanOrEqual(screen.viewport.width);
      await page.keyboard.press("Escape");
      await page.getByLabel("Show only what I may call").waitFor({ state: "hidden" });
      expect(other.complaints).toEqual([]);
      await other.close();
    });
  }

  it("asks nobody else for anything, and violates nothing of its policy", () => {
    expect([...reader.hosts].sort()).toEqual(["127.0.0.1", "localhost"]);
    expect(reader.complaints).toEqual([]);
  });
});

/** Of the background of a page, from 0 to 255. */
async function brightness(page: Page): Promise<number> {
  const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}
