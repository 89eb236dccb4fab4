/**
 * A service that cannot start leaves nothing behind in its process: no file that is open or locked, and nothing
 * that looks at files. No Cassandra is needed for that.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { start } from "../../composition/service.ts";
import { readConfig } from "../../config/config.ts";
import type { Observation } from "../../observe/observation.ts";
import { createCqlFolder } from "../support/own_service.ts";
import { eventually } from "../support/eventually.ts";

const QUERY = `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
SELECT body FROM notes WHERE id = :id;
`;
const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, body text);",
  queries: QUERY,
};

describe("a service that cannot start", () => {
  const stack = new AsyncDisposableStack();
  let cqlDir: string;
  let files: string;
  let controlFile: string;
  before(async () => {
    ({ path: cqlDir } = stack.use(await createCqlFolder(CQL)));
    files = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    stack.defer(() => Deno.remove(files, { recursive: true }));
    controlFile = `${files}/control.json`;
    await Deno.writeTextFile(controlFile, "{}");
  });
  after(() => stack.disposeAsync());

  const configWith = (env: Record<string, string>) =>
    readConfig({
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      CASSANDRA_CONTACT_POINTS: "127.0.0.1:1",
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      CASSANDRA_KEYSPACE: "notes",
      CURSOR_KEY: new Uint8Array(32).toBase64(),
      CQL_DIR: cqlDir,
      CQL_RELOAD: "watch",
      RELOAD_INTERVAL_MS: "100",
      CONTROL_FILE: controlFile,
      AUDIT_LOG: `file:${files}/audit.jsonl`,
      DRAIN_DELAY_MS: "0",
      ...env,
    });

  it("leaves nothing behind", async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = `${taken.addr.port}`;
    const nowhere = `${files}/nowhere.json`;
    await Deno.mkdir(`${files}/cql/queries`, { recursive: true });
    await Deno.writeTextFile(`${files}/cql/queries/a.cql`, "-- name: a :one\nSELEKT");
    const heard: Observation[] = [];
    const observe = (each: Observation) => void heard.push(each);
    for (
      const [env, reason] of [
        [{ PORT: port }, "the port is taken"],
        [{ ADMIN_PORT: port }, "the port is taken"],
        [{ CONTROL_FILE: nowhere }, "nowhere.json"],
        [{ CQL_DIR: `${files}/cql` }, "a.cql"],
      ] as const
    ) {
      await expect(start(configWith(env), { observe })).rejects.toThrow(reason);
    }
    heard.length = 0;

    const others: Observation[] = [];
    const service = await start(configWith({}), { observe: (each) => void others.push(each) });
    for (let round = 1; round <= 3; round++) {
      await Deno.writeTextFile(`${cqlDir}/queries/own.cql`, `${QUERY}-- Round ${round}\n`);
      await Deno.writeTextFile(controlFile, JSON.stringify({ queries_off: [`query_${round}`] }));
      for (const kind of ["reload", "control"] as const) {
        await eventually(
          `a ${kind} in round ${round}`,
          () =>
            others.filter((each) => each.kind === kind).length >=
              round + Number(kind === "control"),
        );
      }
    }
    await service.close();
    expect(heard).toEqual([]);
  });
});
