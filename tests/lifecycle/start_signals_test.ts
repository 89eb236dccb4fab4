/**
 * Signals that come while the process still starts, as its hand-written routes are imported. No Cassandra is
 * needed for that.
 *
 * @module
 */
import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { taskArguments } from "../../dev/task_arguments.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { createCqlFolder } from "../support/own_service.ts";
import { environment } from "../support/programs.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, body text);",
  queries: `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
SELECT body FROM notes WHERE id = :id;
`,
};
const IMPORTING = "The routes are being imported";

/** A route whose import goes on until there is a file. */
const slowRoute = (released: string) =>
  `import { defineRoute } from "cqlgate";
export default defineRoute(
  { method: "get", path: "/slow", access: { kind: "public" }, responses: { 204: { description: "Slow" } } },
  (context) => context.body(null, 204),
);
console.log(${JSON.stringify(IMPORTING)});
const isThere = () => Deno.stat(${JSON.stringify(released)}).then(() => true, () => false);
while (!await isThere()) await new Promise((resolve) => setTimeout(resolve, 10));
`;

interface StartingProcess extends AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** What it has printed so far. */
  output(): string;
}

function spawn(env: Record<string, string>): StartingProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("start", env),
    env: environment(env),
    clearEnv: true,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let output = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) output += text;
  })();
  return {
    child,
    output: () => output,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await Promise.all([child.status, reading]);
    },
  };
}

describe("a process that starts", () => {
  let stack: AsyncDisposableStack;
  let released: string;
  let starting: StartingProcess;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    const { path: cqlDir } = stack.use(await createCqlFolder(CQL));
    released = `${cqlDir}/released`;
    await Deno.mkdir(`${cqlDir}/routes`);
    await Deno.writeTextFile(`${cqlDir}/routes/slow.ts`, slowRoute(released));
    starting = stack.use(spawn({
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      CASSANDRA_CONTACT_POINTS: "127.0.0.1:1",
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      CASSANDRA_KEYSPACE: "notes",
      CURSOR_KEY: new Uint8Array(32).toBase64(),
      CQL_DIR: cqlDir,
    }));
    await says(IMPORTING);
  });
  afterEach(() => stack.disposeAsync());

  const says = (text: string) =>
    eventually(`it says "${text}"`, () => starting.output().includes(text));

  it("reads its files again on SIGHUP, once it has started", async () => {
    starting.child.kill("SIGHUP");
    await Deno.writeTextFile(released, "");
    await says("The queries have not changed: nothing is read again");
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends on ${signal}, and waits for nothing`, async () => {
      starting.child.kill(signal);
      const { code } = await promptly("it ends", starting.child.status);
      expect(code).toBe(0);
    });
  }
});
