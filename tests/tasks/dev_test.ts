/**
 * `deno task dev` while somebody writes: whatever cannot be served is reported, what was served before
 * keeps serving, and the next save is noticed.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { freePort } from "../../dev/ports.ts";
import { createTestKeyspace, type TestKeyspace } from "../support/cassandra/keyspace.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";
import { eventually } from "../support/eventually.ts";
import { type DevProcess, startDev } from "./dev_process.ts";

const NOTES = "CREATE TABLE notes (id int PRIMARY KEY, text text);\n";
const TAGS = "CREATE TABLE tags (id int PRIMARY KEY, tag text);\n";

function query(name: string, statement: string): string {
  return `-- name: ${name} :many\n-- @route GET /${name}\n-- @public\n${statement};\n`;
}

function route(answer: string, queries: readonly string[] = []): string {
  return `import { defineRoute } from "cqlgate";
import { word } from "./words/word.ts";

export default defineRoute({
  method: "get",
  path: "/answer",
  access: { kind: "public" },
  queries: ${JSON.stringify(queries)},
  responses: { 200: { description: "The answer" } },
}, (context) => context.json({ answer: "${answer}", word }));
`;
}

const SERVED = /^Serving the changed files$/m;
const REPORTED = /^The previous routes still serve\. Fix it and save again\.$/m;

/** A project that is served by `deno task dev`. */
class DevProject implements AsyncDisposable {
  readonly folder: string;
  readonly dev: DevProcess;
  readonly #url: string;

  private constructor(folder: string, dev: DevProcess, url: string) {
    this.folder = folder;
    this.dev = dev;
    this.#url = url;
  }

  static async start(
    env: Readonly<Record<string, string>>,
    more: readonly string[] = [],
  ): Promise<DevProject> {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    const port = freePort();
    const url = `http://127.0.0.1:${port}`;
    for (
      const [path, text] of [
        ["migrations/0001_notes.cql", NOTES],
        ["queries/notes.cql", query("notes", "SELECT id, text FROM notes")],
        ["routes/answer.ts", route("one")],
        ["routes/words/word.ts", 'export const word = "a";\n'],
      ] as const
    ) {
      await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const dev = startDev({
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      CASSANDRA_REPLICATION: "dc1:1",
      CASSANDRA_CONSISTENCY: "LOCAL_ONE",
      // Its queries read whole tables.
      GUARDRAILS: "warn",
      CQL_DIR: folder,
      PORT: `${port}`,
      ADMIN_PORT: `${freePort()}`,
      // Nobody is asked for a token here.
      OIDC_ISSUER: `http://localhost:${freePort()}`,
      OIDC_AUDIENCE: "urn:cqlgate:test",
      ...env,
    }, more);
    const project = new DevProject(folder, dev, url);
    await eventually("the service is described", () => dev.output.includes("Ctrl-C stops"));
    return project;
  }

  /** Saves a file, and resolves to what is printed then until that matches. */
  async save(path: string, text: string, pattern: RegExp): Promise<string> {
    const printed = await this.dev.after(
      () => Deno.writeTextFile(`${this.folder}/${path}`, text),
      pattern,
    );
    return printed.replaceAll(this.folder, "cql");
  }

  async get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${this.#url}${path}`);
    return { status: response.status, body: await response.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dev[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

describe("deno task dev", () => {
  let keyspace: TestKeyspace;
  let project: DevProject;

  before(async () => {
    keyspace = await createTestKeyspace([]);
    project = await DevProject.start({
      CASSANDRA_CONTACT_POINTS: keyspace.contactPoint,
      CASSANDRA_KEYSPACE: keyspace.name,
    });
  });
  after(async () => {
    await project[Symbol.asyncDispose]();
    await keyspace[Symbol.asyncDispose]();
  });

  async function expectServed(path: string): Promise<void> {
    expect([path, (await project.get(path)).status]).toEqual([path, 200]);
  }

  it("serves the project, and a query that is saved", async () => {
    await expectServed("/notes");
    await expectServed("/answer");
    await project.save("queries/ids.cql", query("ids", "SELECT id FROM notes"), SERVED);
    await expectServed("/ids");
  });

  const mistakes: [what: string, text: string, report: RegExp][] = [
    [
      "the parser does not take",
      query("more", "SELECT id FROM notes").replace("@public", "@pubic"),
      /^cql\/queries\/more\.cql:3:4: Unknown tag "@pubic"\n {2}3 \| -- @pubic\n {4}\| {4}\^{6}$/m,
    ],
    [
      "Cassandra refuses",
      query("more", "SELECT idd FROM notes"),
      /^cql\/queries\/more\.cql:4:8: .*idd.*\n {2}4 \| SELECT idd FROM notes;\n {4}\| {8}\^{3}$/m,
    ],
    [
      "needs a table that is not there",
      query("more", "SELECT id FROM nots"),
      /^cql\/queries\/more\.cql:4:16: .*nots/m,
    ],
  ];
  for (const [what, text, report] of mistakes) {
    it(`reports a query that ${what}, keeps serving, and serves the correction`, async () => {
      expect(await project.save("queries/more.cql", text, REPORTED)).toMatch(report);
      await expectServed("/notes");
      await expectServed("/readyz");
      // A second mistake after the first is no less noticed.
      await project.save("queries/more.cql", `${text}-- @route\n`, REPORTED);
      await project.save("queries/more.cql", query("more", "SELECT id FROM notes"), SERVED);
      await expectServed("/more");
      await Deno.remove(`${project.folder}/queries/more.cql`);
      await eventually("it is gone", async () => (await project.get("/more")).status === 404);
    });
  }

  it("serves a query that was saved before its migration, once that is saved", async () => {
    const text = query("tags", "SELECT id, tag FROM tags");
    expect(await project.save("queries/tags.cql", text, REPORTED)).toMatch(/tags\.cql:4:21: /);
    const mistaken = TAGS.replace("text", "txt");
    const report = await project.save("migrations/0002_tags.cql", mistaken, REPORTED);
    expect(report).toMatch(
      /^Cannot apply statement 1 of 1 of "cql\/migrations\/0002_tags\.cql": /m,
    );
    expect(report).toContain("Fix this statement and save it, which continues from here\n");
    await project.save("migrations/0002_tags.cql", TAGS, SERVED);
    await expectServed("/tags");
  });

  it("says how to forget a migration that was applied as it was saved", async () => {
    const report = await project.save("migrations/0002_tags.cql", `${TAGS}-- more\n`, REPORTED);
    expect(report).toContain('"cql/migrations/0002_tags.cql" was changed after it was applied');
    expect(report).toMatch(
      /^To forget what was applied, and all rows, run `deno task dev --fresh`$/m,
    );
    await project.save("migrations/0002_tags.cql", TAGS, SERVED);
  });

  it("starts the service again when a module changes, a helper too", async () => {
    await project.save("routes/answer.ts", route("two"), SERVED);
    expect((await project.get("/answer")).body).toEqual({ answer: "two", word: "a" });
    await project.save("routes/words/word.ts", 'export const word = "b";\n', SERVED);
    expect((await project.get("/answer")).body).toEqual({ answer: "two", word: "b" });
  });

  const broken: [what: string, text: string, report: RegExp][] = [
    ["cannot be parsed", "export default {\n", /answer\.ts:1:\d+: Cannot parse this module/],
    ["throws", 'throw new Error("boom");\n', /answer\.ts:1:7: .* it throws "Error: boom"/],
    ["is not a route", "export default 1;\n", /its default export is not a route/],
    ["calls no query that there is", route("three", ["note"]), /Did you mean "notes"\?/],
    ["imports what is not locked", 'import "npm:zod@4";\n', /"npm:zod@4": only packages in/],
  ];
  for (const [what, text, report] of broken) {
    it(`reports a module that ${what}, keeps serving, and serves the correction`, async () => {
      expect(await project.save("routes/answer.ts", text, REPORTED)).toMatch(report);
      expect((await project.get("/answer")).body).toEqual({ answer: "two", word: "b" });
      await project.save("routes/answer.ts", route("two"), SERVED);
      await expectServed("/answer");
    });
  }

  it("does not wait for a module that never ends", async () => {
    await Deno.writeTextFile(`${project.folder}/routes/answer.ts`, "while (true) {}\n");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await expectServed("/answer");
    await project.save("routes/answer.ts", route("three"), SERVED);
    expect((await project.get("/answer")).body).toEqual({ answer: "three", word: "b" });
  });

  it("takes a route up together with the query that it was saved before", async () => {
    const text = route("four", ["later"]);
    expect(await project.save("routes/answer.ts", text, REPORTED)).toContain('query "later"');
    await project.save("queries/later.cql", query("later", "SELECT id FROM notes"), SERVED);
    expect((await project.get("/answer")).body).toEqual({ answer: "four", word: "b" });
  });

  it("does not serve a query away that a route calls", async () => {
    const report = await project.save(
      "queries/later.cql",
      query("latest", "SELECT id FROM notes"),
      REPORTED,
    );
    expect(report).toMatch(/answer\.ts:8:13: Cannot find query "later"/);
    await expectServed("/later");
    await project.save("queries/later.cql", query("later", "SELECT id FROM notes"), SERVED);
  });

  it("notices a folder that takes the place of the project's", async () => {
    const { folder } = project;
    await Deno.rename(folder, `${folder}-old`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await Deno.rename(`${folder}-old`, folder);
    await project.save("queries/ids.cql", query("ids2", "SELECT id FROM notes"), SERVED);
    await eventually("it is served", async () => (await project.get("/ids2")).status === 200);
  });
});

describe("deno task dev --fresh", () => {
  it("begins with an empty keyspace", async () => {
    await using keyspace = await createTestKeyspace([NOTES]);
    await keyspace.client.execute("INSERT INTO notes (id, text) VALUES (1, 'old')");
    await using project = await DevProject.start({
      CASSANDRA_CONTACT_POINTS: keyspace.contactPoint,
      CASSANDRA_KEYSPACE: keyspace.name,
    }, ["--fresh"]);
    expect(project.dev.output).toContain(`Dropped keyspace "${keyspace.name}"`);
    expect(await project.get("/notes")).toEqual({
      status: 200,
      body: { items: [], next_cursor: null },
    });
  });

  it("drops nothing that is not on this machine", async () => {
    await using dev = startDev({
      CASSANDRA_CONTACT_POINTS: "192.0.2.1",
      CASSANDRA_LOCAL_DATACENTER: "dc1",
      OIDC_ISSUER: `http://localhost:${freePort()}`,
      OIDC_AUDIENCE: "urn:cqlgate:test",
      PORT: `${freePort()}`,
      ADMIN_PORT: `${freePort()}`,
    }, ["--fresh"]);
    await eventually("it refuses", () => dev.output.includes("is not on this machine"));
    expect(dev.output).toContain('Cannot drop keyspace "cqlgate" for --fresh: 192.0.2.1');
  });
});

describe("deno task dev, while Cassandra is unreachable", () => {
  let own: OwnNode;
  let project: DevProject;

  before(async () => {
    own = await startOwnNode({ isRestarted: true });
    project = await DevProject.start({ CASSANDRA_CONTACT_POINTS: own.node.contactPoint });
  });
  after(async () => {
    await project[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  it("reports that, and serves what is saved once it is back", async () => {
    await own.node.stop();
    const text = query("ids", "SELECT id FROM notes");
    expect(await project.save("queries/ids.cql", text, REPORTED)).toMatch(
      /^Cannot connect to Cassandra at /m,
    );
    await own.node.start();
    await eventually("it is ready", async () => (await project.get("/readyz")).status === 200);
    await project.save("queries/ids.cql", `${text}\n`, SERVED);
    expect((await project.get("/ids")).status).toBe(200);
  });
});
