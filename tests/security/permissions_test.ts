/**
 * What code inside the service can do, as `deno task start` and the image start it: hand-written routes
 * run with its permissions, and so would code that an attacker brings in.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import deno from "../../deno.json" with { type: "json" };
import { taskArguments } from "../../dev/task_arguments.ts";
import { imageArguments } from "../support/image_command.ts";
import { runTask, spawnService } from "../support/programs.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { untilReady } from "../support/eventually.ts";

const CQL = {
  migration: "CREATE TABLE words (word text PRIMARY KEY);",
  queries: `-- name: list_words :many
-- @route GET /words
-- @public
SELECT word FROM words;
`,
};
const PRY = new URL("../fixtures/routes/faults/pry.ts", import.meta.url);

describe("A process of the service", () => {
  let service: OwnService;
  /** The same project, with secrets in files as a container has them. */
  let env: Record<string, string>;
  let folder: string;
  before(async () => {
    service = await startOwnService(CQL);
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    const { cqlDir } = service.config;
    await Deno.mkdir(`${cqlDir}/routes`);
    await Deno.copyFile(PRY, `${cqlDir}/routes/pry.ts`);
    const { CURSOR_KEY, ...others } = service.env;
    await Deno.writeTextFile(`${folder}/cursor_key`, CURSOR_KEY!);
    env = { ...others, CURSOR_KEY_FILE: `${folder}/cursor_key` };
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  });

  async function argumentsOfImage(): Promise<string[]> {
    return (await imageArguments()).map((arg) =>
      arg.replace("/app/cql,/run/secrets", `${service.config.cqlDir},${folder}`)
    );
  }

  for (
    const [what, argumentsOf] of [
      ["deno task start", () => taskArguments("start", env)],
      ["the image", argumentsOfImage],
    ] as const
  ) {
    it(`can only read its project and what its settings name, started by ${what}`, async () => {
      await using running = await spawnService(env, { args: await argumentsOf() });
      await untilReady(running.url);
      const outcomes = await (await fetch(`${running.url}/pry`)).json();
      expect(new Set(Object.values(outcomes))).toEqual(new Set(["refused"]));
      expect(Object.keys(outcomes)).toHaveLength(9);
    });
  }

  it("has no permission in its commands that was not tried", () => {
    for (const task of ["start", "migrate"] as const) {
      const flags = deno.tasks[task].command.replace(/\$\(.*\)/, "").match(/--(?:allow|deny)-\w+/g);
      expect(flags).toEqual(["--allow-net", "--allow-env", "--allow-read"]);
    }
  });

  it("may read what its settings name if the shell of the task starts it", async () => {
    const missing = { CASSANDRA_TLS_CA: `${folder}/missing.pem` };
    const { code, stderr } = await runTask("start", { env: { ...env, ...missing } });
    expect(code).toBe(1);
    // Without the permission it would say that the access is required.
    expect(stderr).toContain("CASSANDRA_TLS_CA");
    expect(stderr).toContain("No such file or directory");
    expect(stderr).not.toContain("CURSOR_KEY");
    expect(taskArguments("start", env)).toContain(
      `--allow-read=${service.config.cqlDir},${folder}/cursor_key`,
    );
  });
});
