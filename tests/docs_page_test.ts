import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Browser, Page } from "playwright-core";
import { launchChromium, skipBrowser } from "./support/chromium.ts";
import { EXAMPLE, startTestService, type TestService } from "./support/harness.ts";

describe("GET /docs in a browser", { skip: skipBrowser }, () => {
  let service: TestService & AsyncDisposable;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  before(async () => {
    // With a prefix, for whatever does not follow it fails.
    service = await startTestService({ cqlDir: EXAMPLE, env: { BASE_PATH: "/weather" } });
    browser = await launchChromium();
    page = await browser.newPage();
    // Chromium reports what violates a content security policy here too.
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`${service.url}/docs`);
    await page.locator(".opblock").first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  });

  it("shows every operation of the document", async () => {
    const { paths } = await (await service.request(`${service.url}/openapi.json`)).json();
    const described = Object.entries<Record<string, unknown>>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
    );
    const shown = await page.locator(".opblock-summary").evaluateAll((elements) =>
      elements.map((element) =>
        [".opblock-summary-method", ".opblock-summary-path"]
          .map((part) => element.querySelector(part)?.textContent?.replaceAll("\u200b", ""))
          .join(" ")
      )
    );
    expect(shown.sort()).toEqual(described.sort());
  });

  it("opens an operation with its parameters, its answers and a way to try it", async () => {
    const operation = page.locator(".opblock", { hasText: "One station." }).first();
    await operation.locator(".opblock-summary").click();
    const body = operation.locator(".opblock-body");
    await body.waitFor();
    const text = await body.innerText();
    for (const part of ["station_id", "Execute", "200", "not_found"]) {
      expect(text).toContain(part);
    }
  });

  it("sends the token that is given to it", async () => {
    await page.locator(".btn.authorize").first().click();
    await page.locator(".modal-ux input").fill(await service.token("writer"));
    await page.locator(".modal-ux button[type=submit]").click();
    await page.locator(".modal-ux .btn-done").click();
    const operation = page.locator(".opblock", { hasText: "All stations of the caller" }).first();
    await operation.locator(".opblock-summary").click();
    await operation.locator("button.execute").click();
    const answer = operation.locator(".live-responses-table");
    await answer.waitFor();
    expect(await answer.innerText()).toMatch(/"items": \[\]/);
  });

  it("asks nobody else for anything, and violates nothing of its policy", () => {
    const elsewhere = requests.filter((url) =>
      !url.startsWith(`${service.url}/`) && !url.startsWith("data:")
    );
    expect(elsewhere).toEqual([]);
    expect(requests).toContain(`${service.url}/openapi.json`);
    expect(complaints).toEqual([]);
  });
});
