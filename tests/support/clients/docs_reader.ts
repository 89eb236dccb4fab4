/**
 * Somebody who reads `/docs` in a browser, logs in there and tries the operations. Everything that the
 * browser complains of is noted, and everything that the page asks others for.
 *
 * @module
 */
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { eventually } from "../eventually.ts";

export interface DocsReader {
  readonly page: Page;
  /** Errors and warnings of the console, violations of the page's policy, and failed requests. */
  readonly complaints: readonly string[];
  /** The hosts that anything was requested from. */
  readonly hosts: ReadonlySet<string>;
  /** Opens the page at an operation, such as `stations/POST/stations`. */
  open(operation: string): Promise<void>;
  /** Logs in on the issuer's page, and waits until the page says who is there. */
  logIn(user: string): Promise<void>;
  logOut(): Promise<void>;
  /** Opens the form of the operation, enters a value if asked to, and sends it. */
  send(
    operation: string,
    entry?: { readonly name: string; readonly value: string },
  ): Promise<void>;
  /** Waits for the answer to have a text. */
  untilAnswered(text: string | RegExp): Promise<void>;
  close(): Promise<void>;
}

// Of one attempt. Once the form is open it covers the button, which then takes no click.
const CLICK_TIMEOUT_MS = 10_000;
const FORM_TIMEOUT_MS = 10_000;

/** A refusal of the API is noted by Chromium as a failure to load. */
const REFUSED = /Failed to load resource.*status of 40[13]/;

export async function openDocs(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<DocsReader> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on("console", (message) => {
    const isComplaint = ["error", "warning"].includes(message.type());
    if (isComplaint && !REFUSED.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== "data:") hosts.add(hostname);
  });

  let visits = 0;
  const caller = page.locator("#caller summary");
  const operationAt = (operation: string): Locator =>
    page.locator(`section[id$="tag/${operation}"]`);
  async function open(operation: string): Promise<void> {
    // Each time another address: a browser does not load a page again for a fragment.
    await page.goto(`${url}/docs?visit=${++visits}#tag/${operation}`);
    await operationAt(operation).getByRole("heading").first().waitFor();
  }
  return {
    page,
    complaints,
    hosts,
    open,
    async logIn(user) {
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("button", { name: `Log in as ${user}` }).click();
      await caller.filter({ hasText: user }).waitFor();
    },
    async logOut() {
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("button", { name: "Log in" }).waitFor();
    },
    async send(operation, entry) {
      const button = operationAt(operation).getByRole("button", { name: "Test Request" });
      const sender = page.locator('[data-addressbar-action="send"]:visible');
      // The page builds an operation when it comes into view: a click may meet a button that is replaced.
      await eventually("the form is open", async () => {
        await button.click({ timeout: CLICK_TIMEOUT_MS }).catch(() => {});
        await sender.waitFor({ timeout: FORM_TIMEOUT_MS });
        return true;
      });
      if (entry !== undefined) {
        const cells = page.locator('section[aria-label^="Request"] [contenteditable]');
        const names = await cells.allInnerTexts();
        await cells.nth(names.indexOf(entry.name) + 1).fill(entry.value);
      }
      await sender.click();
    },
    async untilAnswered(text) {
      await page.locator('section[aria-label="Response"]').filter({ hasText: text }).waitFor();
    },
    close: () => context.close(),
  };
}

/** What somebody without a mouse or without sight cannot use, by the rules of WCAG 2.2, level AA. */
export async function inaccessibleParts(page: Page, selector: string): Promise<string[]> {
  // Evaluated by the browser's debugger, which no policy of the page concerns.
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(`(async () => {
    const { violations } = await axe.run(${JSON.stringify(selector)});
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html));
  })()`);
}

/** Whether the page is wider than the screen. */
export async function overflows(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>(
    "document.documentElement.scrollWidth > document.documentElement.clientWidth",
  );
}
