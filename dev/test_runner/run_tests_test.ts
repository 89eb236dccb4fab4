import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { runTask } from "../../tests/support/programs.ts";

const FIXTURES = "tests/fixtures/test_runner";

/**
 * The end of `deno task test` of these files. The limit grows until they have begun within it, however slow the
 * machine is.
 */
async function endOf(files: readonly string[], { after }: { after: string }) {
  for (let limitS = 2; limitS <= 64; limitS *= 2) {
    const { code, stdout } = await runTask("test", {
      env: { TEST_SILENCE_LIMIT_S: `${limitS}` },
      args: ["--no-check", ...files.map((file) => `${FIXTURES}/${file}`)],
    });
    if (!stdout.includes(after)) continue;
    const end = stdout.slice(stdout.search(/FAILED|\d+ passed, /)).trimEnd();
    return { code, end: end.replace(`for ${limitS} seconds`, "for {limit} seconds") };
  }
  throw new Error(`Waited for a minute in vain for "${after}"`);
}

const SILENT = "deno test printed nothing for {limit} seconds and was stopped: " +
  "tests after this one did not run";

describe("deno task test", () => {
  it("ends with how many tests passed", async () => {
    expect(await endOf(["passes.ts"], { after: "passes ... ok" }))
      .toEqual({ code: 0, end: "1 passed, 0 failed" });
  });

  it("stops a test that never ends, and says which", async () => {
    expect(await endOf(["passes.ts", "endless.ts"], { after: "never ends ..." })).toEqual({
      code: 130,
      end: `FAILED: a group > within it > never ends
It ran, in ./${FIXTURES}/endless.ts, when its process was stopped
${SILENT}

3 passed, 1 failed`,
    });
  });

  it("stops a hook that blocks its thread, and says which group it is of", async () => {
    expect(await endOf(["endless_hook.ts"], { after: "passes too ... ok" })).toEqual({
      code: 130,
      end: `FAILED: a group
It ran, in ./${FIXTURES}/endless_hook.ts, when its process was stopped
${SILENT}

2 passed, 1 failed, 1 skipped`,
    });
  });

  it("stops a file that never has been imported, and says which one it follows", async () => {
    expect(await endOf(["passes.ts", "endless_import.ts"], { after: "passes ... ok" })).toEqual({
      code: 130,
      end: `FAILED: What follows ./${FIXTURES}/passes.ts
${SILENT}

1 passed, 1 failed`,
    });
  });
});
