/**
 * `CQL_DIR` is a team's whole project: with another one, nothing of the example is served, and every
 * mistake of queries, migrations and hand-written routes is reported at once.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { cp } from "node:fs/promises";
import { eventually, untilReady } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService } from "../support/harness.ts";
import { imageArguments } from "../support/image_command.ts";
import { startOwnService, succeed } from "../support/own_service.ts";
import { runTask, spawnService } from "../support/programs.ts";

const FIXTURE = "tests/fixtures/check_routes";

const PUBLIC_CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, text text);",
  queries: `
-- name: get_note :one
-- @route GET /notes/{id}
-- @public
SELECT id, text FROM notes WHERE id = :id;
`,
};

describe("A project without hand-written routes", () => {
  it("is served as it is, with nothing of the example, and needs no issuer where all is public", async () => {
    await using service = await startOwnService(PUBLIC_CQL, {
      env: { OIDC_ISSUER: "", OIDC_AUDIENCE: "" },
    });
    expect(service.config.oidcIssuer).toBe(null);
    const document = await succeed<{ paths: object; components: object }>(
      service.request("/openapi.json", { user: null }),
    );
    expect(Object.keys(document.paths)).toEqual(["/notes/{id}"]);
    expect(JSON.stringify(document)).not.toMatch(/station/i);
    await service.client.execute("INSERT INTO notes (id, text) VALUES (1, 'a')");
    expect(await succeed(service.request("/notes/1", { user: null }))).toEqual({
      id: 1,
      text: "a",
    });
  });
});

describe("A project with hand-written routes outside the checkout", () => {
  it("is served with the permissions that the container has, and can do no more", async () => {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    await cp(EXAMPLE, folder, { recursive: true });
    await Deno.writeTextFile(
      `${folder}/routes/peek.ts`,
      `import { defineRoute } from "cqlgate";

export default defineRoute({
  method: "get",
  path: "/peek",
  access: { kind: "public" },
  responses: { 200: { description: "What it may not read" } },
}, async (context) => context.json({ text: await Deno.readTextFile("/etc/hostname") }));
`,
    );
    const other = stack.use(await startTestService({ cqlDir: EXAMPLE }));
    const process = stack.use(
      await spawnService({ ...other.env, CQL_DIR: folder }, { args: await containerArgs(folder) }),
    );
    await untilReady(process.url);
    const summary = await other.request(`${process.url}/stations/s/summary/2010-01`);
    expect((await problemOf(summary)).code).toBe("not_found");
    const peek = await other.request(`${process.url}/peek`);
    expect((await problemOf(peek)).code).toBe("internal");
    await eventually(
      "the log says why",
      () => process.log.find(({ cause }) => String(cause).includes("Requires read access")),
    );
  });
});

/** What the image gives to deno, with the project in this folder and no secrets. */
async function containerArgs(folder: string): Promise<string[]> {
  const args = await imageArguments();
  return args.map((arg) => arg.replace("=/app/cql,/run/secrets", `=${folder}`));
}

describe("A project with a mistake of every kind in its routes", () => {
  let folder: string;

  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    for (const name of ["migrations", "queries"]) {
      await cp(`${FIXTURE}/${name}`, `${folder}/${name}`, { recursive: true });
    }
    await Deno.mkdir(`${folder}/routes/names`, { recursive: true });
    const names = Deno.readDirSync(`${FIXTURE}/routes`).filter(({ isFile }) => isFile)
      .map(({ name }) => name);
    for (const name of [...names, "names/nearest.txt"]) {
      const target = name.replace(/\.txt$/, ".ts");
      await Deno.copyFile(`${FIXTURE}/routes/${name}`, `${folder}/routes/${target}`);
    }
    // None of these is a route.
    for (
      const name of [
        "_helper.ts",
        "names_test.ts",
        "names.test.ts",
        ".hidden.ts",
        "types.d.ts",
        "notes.md",
      ]
    ) {
      await Deno.writeTextFile(`${folder}/routes/${name}`, "not code");
    }
    await Deno.writeTextFile(`${folder}/routes/script.js`, "export default 1;\n");
  });
  after(() => Deno.remove(folder, { recursive: true }));

  async function reportOf(task: "check" | "start", env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await runTask(task, { env: { CQL_DIR: folder, ...env } });
    return { code, stdout, report: stderr.replaceAll(folder, "cql") };
  }

  it("has all of them reported by `deno task check`, types included", async () => {
    const { code, stdout, report } = await reportOf("check");
    const expected = `${FIXTURE}/report.txt`;
    if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
    expect(report).toBe(await Deno.readTextFile(expected));
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("has the types reported where a library is preloaded, such as another allocator", async () => {
    const { code, report } = await reportOf("check", { LD_PRELOAD: "libc.so.6" });
    expect(report).toContain(await Deno.readTextFile(`${FIXTURE}/report.txt`));
    expect(code).toBe(1);
  });

  it("does not start, and the report has the mistakes of queries and migrations too", async () => {
    await Deno.writeTextFile(
      `${folder}/queries/more.cql`,
      "-- name: more :many\n-- @rout GET /x\n",
    );
    await Deno.writeTextFile(
      `${folder}/migrations/0003_gap.cql`,
      "CREATE TABLE t (k int PRIMARY KEY);",
    );
    const { code, stdout, report } = await reportOf("start", {
      CASSANDRA_CONTACT_POINTS: "127.0.0.1:1",
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      CURSOR_KEY: "A".repeat(43) + "=",
    });
    expect([code, stdout]).toEqual([1, ""]);
    expect(report).toMatch(/^cql\/queries\/more\.cql:2:4: Unknown tag "@rout"$/m);
    expect(report).toMatch(/^cql\/routes\/throws\.ts:2:31: Cannot import this module/m);
    expect(report).toMatch(/"cql\/migrations\/0003_gap\.cql": there is no "0002_/);
    // Types are only for `check`.
    expect(report).not.toContain("TS2345");
  });
});
