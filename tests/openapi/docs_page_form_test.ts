/**
 * The form of `/docs` in a real browser: what it begins with, and files that are sent with it and come back.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { Browser, Request } from "playwright-core";
import { launchChromium, skipBrowser } from "../support/clients/chromium.ts";
import { type DocsReader, openDocs } from "../support/clients/docs_reader.ts";
import { DOCS_CLIENT_ID } from "../../dev/oidc/people.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const CQL = {
  migration: "CREATE TABLE pictures (id text PRIMARY KEY, content blob, kind text);",
  queries: `
-- name: put_picture :exec
-- @route PUT /pictures/{id}
-- @scope stations:write
-- @raw content type=kind types=image/png|image/gif
INSERT INTO pictures (id, content, kind) VALUES (:id, :content, :kind);

-- name: get_picture :one
-- @route GET /pictures/{id}
-- @scope stations:read
-- @raw content type=kind types=image/png|image/gif
SELECT content, kind FROM pictures WHERE id = :id;
`,
};
const NOTES = "notes/POST/stations/{station_id}/notes";
const STATION = "stations/GET/stations/{station_id}";
const PUT = "extra/PUT/pictures/{id}";
const GET = "extra/GET/pictures/{id}";

/** A picture of one transparent point. */
const GIF = Buffer.from("R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");

describe("The form of the docs page", { skip: skipBrowser }, () => {
  const stack = new AsyncDisposableStack();
  let service: TestService;
  let reader: DocsReader;

  before(async () => {
    service = stack.use(
      await startTestService({ cqlDir: EXAMPLE, cql: CQL, env: { DOCS_CLIENT_ID } }),
    );
    const browser: Browser = await launchChromium();
    stack.defer(() => browser.close());
    reader = await openDocs(browser, service.url);
    await service.request("/stations", {
      method: "POST",
      json: { station_id: "Reykjavík", name: "Reykjavík" },
    });
    await reader.open(STATION);
    await reader.logIn("writer");
  });
  after(() => stack.disposeAsync());

  function nextRequest(path: string): Promise<Request> {
    return reader.page.waitForRequest((request) => decodeURI(request.url()).includes(path));
  }

  it("leaves out preconditions until the reader enters them", async () => {
    await reader.open(STATION);
    const request = nextRequest("/stations/Reykjavík");
    await reader.send(STATION);
    await reader.untilAnswered('"station_id": "Reykjavík"');
    const names = Object.keys((await request).headers());
    expect(names.filter((name) => name.startsWith("if-"))).toEqual([]);
    const next = nextRequest("/stations/Reykjavík");
    await reader.send(STATION, { name: "If-None-Match", value: '"1;x"' });
    expect((await next).headers()["if-none-match"]).toBe('"1;x"');
    await reader.untilAnswered('"station_id": "Reykjavík"');
  });

  it("leaves out an idempotency key, whose example is too old for any request", async () => {
    await reader.open(NOTES);
    await reader.send(NOTES);
    await reader.untilAnswered("note_id");
  });

  it("sends a file with its own media type", async () => {
    const { page } = reader;
    await reader.open(PUT);
    await reader.send(PUT);
    await reader.untilAnswered("unsupported_media_type");
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Select File" }).click();
    const file = { name: "point.gif", mimeType: "image/gif", buffer: GIF };
    await (await choosing).setFiles(file);
    const request = nextRequest("/pictures/");
    await page.locator('[data-addressbar-action="send"]:visible').click();
    expect((await request).headers()["content-type"]).toBe("image/gif");
    await reader.untilAnswered("204");
  });

  it("shows a picture that comes back", async () => {
    await reader.open(GET);
    await reader.send(GET);
    const picture = reader.page.locator('section[aria-label="Response"] img');
    await picture.waitFor();
    expect(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(1);
  });

  it("violates nothing of the page's policy", () => {
    // Chromium notes the answer to the first attempt at the upload.
    const complaints = reader.complaints.filter((text) => !text.includes("status of 415"));
    expect(complaints).toEqual([]);
  });
});
