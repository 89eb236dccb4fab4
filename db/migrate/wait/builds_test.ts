import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseDdl } from "../../../catalog/statement/grammar/parse_ddl.ts";
import { splitStatements } from "../../../catalog/text/split.ts";
import type { NodeAnswer } from "../../driver/statements/ask_each_node.ts";
import { type Migration, MigrationError } from "../files/migrations.ts";
import { awaitBuilds } from "./builds.ts";

function migrationOf(text: string): Migration {
  const { statements } = splitStatements({ path: "0001_a.cql", text }, { report: () => {} });
  return {
    version: 1,
    name: "a",
    path: "cql/migrations/0001_a.cql",
    checksum: "sum",
    statements: statements.map((statement) => ({
      cql: text.slice(statement.span.start, statement.span.end),
      head: parseDdl(statement),
      tokens: statement.tokens,
    })),
  };
}

const INDEX = migrationOf("CREATE INDEX ON k.t (a);");

/** Nodes of which each look at them finds what they have built by then; the last look repeats. */
function nodes(looks: readonly (readonly NodeAnswer[])[]) {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    query: (cql: string) =>
      Promise.resolve(
        cql.includes("views")
          ? [{ view_name: "v" }]
          : [{ index_name: "by_hand" }, { index_name: "t_a_idx" }],
      ),
    askEachNode: () => Promise.resolve([...looks[Math.min(asked++, looks.length - 1)]!]),
  };
}

const built = (address: string, ...names: string[]): NodeAnswer => ({
  address,
  rows: names.map((name) => ({ name })),
});
const options = {
  keyspace: "k",
  patienceMs: 3_600_000,
  log: () => {},
  beforeLook: () => Promise.resolve(),
};

describe("awaitBuilds()", () => {
  it("asks nobody about a migration that creates neither", async () => {
    const asked = nodes([[]]);
    await awaitBuilds(asked, migrationOf("CREATE TABLE t (a int PRIMARY KEY);"), options);
    expect(asked.asked).toBe(0);
  });

  it("waits until every node has built it, and looks whether to go on in between", async () => {
    const asked = nodes([
      [built("one"), built("two")],
      [built("one", "t_a_idx"), built("two")],
      [built("one", "t_a_idx"), { address: "two", rows: null }],
      [],
      [built("one", "t_a_idx"), built("two", "t_a_idx")],
    ]);
    const heard: string[] = [];
    await awaitBuilds(asked, INDEX, {
      ...options,
      beforeLook: (what) => {
        heard.push(what);
        return Promise.resolve();
      },
    });
    expect(asked.asked).toBe(5);
    expect(heard).toEqual(Array(4).fill('Cassandra has built index "t_a_idx"'));
  });

  it("does not go on if it is told to stop", async () => {
    const stop = new MigrationError("Stopped");
    const waiting = awaitBuilds(nodes([[built("one")]]), INDEX, {
      ...options,
      beforeLook: () => Promise.reject(stop),
    });
    expect(await waiting.catch((reason: unknown) => reason)).toBe(stop);
  });

  it("stops after a while, and says what to do", async () => {
    const waiting = awaitBuilds(nodes([[built("one", "t_a_idx"), built("two")]]), INDEX, {
      ...options,
      patienceMs: 1,
    });
    const error = await waiting.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MigrationError);
    expect((error as Error).message).toBe(
      'Cannot finish "cql/migrations/0001_a.cql": what it has applied stays, but Cassandra has not built ' +
        'index "t_a_idx" on two yet\n  Run "deno task migrate" again to go on waiting, or with ' +
        '"--wait-for-builds 0s" to finish without it: until it is built, a query on an index fails, and a view ' +
        "answers without some of its rows. A build that has failed is in the node's log",
    );
  });

  it("says what is not built if it is not to wait", async () => {
    const lines: string[] = [];
    const both = migrationOf(
      "CREATE INDEX ON t (a); CREATE MATERIALIZED VIEW v AS SELECT a FROM t",
    );
    await awaitBuilds(nodes([[built("one")]]), both, {
      ...options,
      patienceMs: 0,
      log: (line) => lines.push(line),
    });
    const said = (what: string) =>
      `Cassandra is still building ${what} on one: until it is built, a query on an index fails, and a view ` +
      "answers without some of its rows";
    expect(lines).toEqual([said('index "t_a_idx"'), said('view "v"')]);
  });
});
