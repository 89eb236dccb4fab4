/**
 * Takes the picture of the page at `/docs` that the README shows:
 *
 *     deno run -A tests/openapi/docs_page_picture.ts
 *
 * @module
 */
import { DOCS_CLIENT_ID } from "../../dev/oidc/people.ts";
import { launchChromium } from "../support/clients/chromium.ts";
import { openDocs } from "../support/clients/docs_reader.ts";
import { EXAMPLE, startTestService } from "../support/harness.ts";

const FILE = "docs/images/docs-page.png";
const MAX_BYTES = 300_000;

await using service = await startTestService({ cqlDir: EXAMPLE, env: { DOCS_CLIENT_ID } });
const browser = await launchChromium();
try {
  const reader = await openDocs(browser, service.url, {
    viewport: { width: 1200, height: 720 },
    colorScheme: "dark",
  });
  await reader.open("stations/POST/stations");
  await reader.logIn("reader");
  await reader.open("stations/POST/stations");
  await reader.page.getByText("You lack stations:write").first().waitFor();
  const { length } = await reader.page.screenshot({ path: FILE, animations: "disabled" });
  if (length > MAX_BYTES) throw new Error(`Cannot keep "${FILE}": it has ${length} bytes`);
} finally {
  await browser.close();
}
