/**
 * A real browser, where one is installed.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";

/** Where a browser is, by the names that distributions give it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const executablePath = findChromium();

/** Why tests in a browser are left out; false if they are not. */
export const skipBrowser: string | false = executablePath === null &&
  "no Chromium is installed: install one, or name one in CHROMIUM";

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath!,
    // In a container, root cannot have a sandbox.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

function findChromium(): string | null {
  const given = Deno.env.get("CHROMIUM");
  if (given) return given;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of NAMES) {
      try {
        if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
      } catch {
        // Not there.
      }
    }
  }
  return null;
}
