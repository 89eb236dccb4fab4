/**
 * Which schemas of the cluster the service starts on: those of its own release, of a newer one, and
 * those that are not its own to keep; and what it says of each.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import type { Observation } from "../../observe/observation.ts";
import { check } from "../../tasks/check.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";
import { eventually } from "../support/eventually.ts";

const NOTES = "-- Notes.\nCREATE TABLE notes (id text PRIMARY KEY, body text);\n";
const TAGS = "CREATE TABLE tags (id text PRIMARY KEY);\nALTER TABLE notes ADD tag text;\n";
const TWO = { "0001_notes.cql": NOTES, "0002_tags.cql": TAGS };
const MORE = "CREATE TABLE more (id text PRIMARY KEY);\nALTER TABLE more ADD body text;\n";

const OTHER_SCHEMA = {
  status: 503,
  detail: "The service is not ready: the cluster has another schema version than it needs",
};
const READY = { status: 200, detail: undefined };

/** Pages of rows whose keys are longer than any URL that a cursor of theirs should be in. */
const LONG = `-- name: list_long :many
-- Rows with long keys.
-- @route GET /long
-- @public
-- @page size=1 max=10
SELECT name FROM long WHERE id = 1;
`;
const LONG_TABLE = "CREATE TABLE long (id int, name text, PRIMARY KEY (id, name));";

interface Running extends Service, AsyncDisposable {
  readonly observations: readonly Observation[];
  /** What it has said of the schema so far. */
  said(): string[];
}

describe("start()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  async function startOn({ config, folder }: MigrationProject): Promise<Running> {
    const observations: Observation[] = [];
    // Cursors that are not kept are long.
    const service = await start({ ...config, maxUrlLength: 65_536 }, {
      observe: (observation) => observations.push(observation),
    });
    return {
      ...service,
      observations,
      said: () =>
        observations.flatMap((observation) => {
          if (observation.kind === "notice") return [observation.message];
          if (observation.kind === "warning") return [`Warning: ${observation.message}`];
          const isObstacle = observation.kind === "readiness" && !observation.ready;
          return isObstacle ? [String(observation.reason)] : [];
        }).map((message) => message.replaceAll(folder, "cql")),
      [Symbol.asyncDispose]: () => service.close(),
    };
  }

  async function readinessOf({ url }: Service) {
    const response = await fetch(`${url}/readyz`);
    const { detail } = await response.json();
    return { status: response.status, detail };
  }

  /** What it has observed of its readiness last, except the reason. */
  function lastReadinessOf({ observations }: Running) {
    const last = observations.findLast((each) => each.kind === "readiness");
    return { ready: last?.ready, awaitsMigrations: last?.awaitsMigrations };
  }

  /** What it says when it is not ready for the schema. */
  async function obstacleOf(running: Running): Promise<string> {
    return await eventually("it says why it is not ready", () => running.said().at(-1));
  }

  it("is not ready while migrations are pending, and becomes ready when they are applied", async () => {
    await using made = await cluster.create({ "0001_notes.cql": NOTES });
    await made.migrate();
    await made.write(TWO);
    await using running = await startOn(made);
    expect(await obstacleOf(running)).toBe(
      'migrations are not applied: 0002_tags.cql: run "deno task migrate"',
    );
    expect(await readinessOf(running)).toEqual(OTHER_SCHEMA);
    expect(lastReadinessOf(running)).toEqual({ ready: false, awaitsMigrations: true });
    await made.migrate();
    await running.ready;
    expect(await readinessOf(running)).toEqual(READY);
    expect(lastReadinessOf(running)).toEqual({ ready: true, awaitsMigrations: false });
    const response = await fetch(`${running.url}/notes/none`);
    expect((await response.json()).code).toBe("not_found");
  });

  it("does not become ready on a changed migration, and says why", async () => {
    await using made = await cluster.create(TWO);
    await made.migrate();
    await made.write({ "0001_notes.cql": NOTES.replace("body", "text") });
    await using running = await startOn(made);
    expect(await obstacleOf(running)).toBe(
      'Cannot migrate:\n  "cql/migrations/0001_notes.cql" was changed after it was applied: restore it, and put the change into a new migration',
    );
    expect(await readinessOf(running)).toEqual(OTHER_SCHEMA);
    expect(lastReadinessOf(running)).toEqual({ ready: false, awaitsMigrations: false });
  });

  for (const [what, statements] of [["done", MORE], ["half-way", MORE.replace("ADD", "DRO")]]) {
    it(`serves an older release while a newer one's migration is ${what}, and says so once`, async () => {
      await using made = await cluster.create({ ...TWO, "0003_more.cql": statements! });
      await made.migrate().catch(() => {});
      expect(await made.tables()).toEqual(["more", "notes", "tags"]);
      await made.write({ "0003_more.cql": null });
      await using running = await startOn(made);
      await running.ready;
      expect(await readinessOf(running)).toEqual(READY);
      expect((await fetch(`${running.url}/notes/none`)).status).toBe(404);
      await running.reload();
      const state = what === "done" ? "" : ", which is not finished";
      expect(running.said().filter((line) => line.includes("migrations up to"))).toEqual([
        `The cluster has migrations up to "0003_more.cql"${state}; this release knows up to "0002_tags.cql"`,
      ]);
      expect(await check(made.env)).toMatch(/^Checked 1 query and 2 migrations/);
    });
  }

  it("does not become ready where a newer release has left out what this one knows", async () => {
    await using made = await cluster.create({ ...TWO, "0003_more.cql": MORE });
    await made.migrate();
    await made.rows(
      `DELETE FROM ${made.config.keyspace}.cqlgate_migrations WHERE history = 'schema' AND version = 2`,
    );
    await made.write({ "0003_more.cql": null });
    await using running = await startOn(made);
    expect(await obstacleOf(running)).toContain("although");
    expect(await readinessOf(running)).toEqual(OTHER_SCHEMA);
  });

  it("says at boot which files it leaves out", async () => {
    await using made = await cluster.create({ ...TWO, "0003_x.sql": "" });
    await made.migrate();
    await Deno.writeTextFile(`${made.folder}/queries/x.cql~`, "");
    await using running = await startOn(made);
    await running.ready;
    // Both folders are read at the same time.
    expect(running.said().sort()).toEqual(
      ["migrations/0003_x.sql", "queries/x.cql~"].map((name) =>
        `Warning: "cql/${name}" is not read: its name does not end in ".cql"`
      ),
    );
  });

  describe("on a cluster that has its tables already", () => {
    /** A project without migrations, whose table somebody else has made. */
    async function adopt({ keeps }: { readonly keeps: boolean }): Promise<MigrationProject> {
      const made = await cluster.create({ "0001_long.cql": LONG_TABLE }, { queries: LONG });
      const { keyspace } = made.config;
      await made.migrate();
      await made.rows(`DROP TABLE ${keyspace}.cqlgate_migrations`);
      if (!keeps) await made.rows(`DROP TABLE ${keyspace}.cqlgate_cursors`);
      await Deno.remove(`${made.folder}/migrations`, { recursive: true });
      for (const letter of "abc") {
        await made.rows(
          `INSERT INTO ${keyspace}.long (id, name) VALUES (1, '${letter.repeat(20_000)}')`,
        );
      }
      return made;
    }

    async function readPages({ url }: Service): Promise<{ names: string[]; longest: number }> {
      const names: string[] = [];
      let longest = 0;
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "" : `?cursor=${cursor}`;
        const response: Response = await fetch(`${url}/long${query}`);
        expect(response.status).toBe(200);
        const page: { items: { name: string }[]; next_cursor: string | null } = await response
          .json();
        names.push(...page.items.map(({ name }) => name.charAt(0)));
        cursor = page.next_cursor;
        expect(response.headers.has("link")).toBe(cursor !== null && cursor.length <= 2_000);
        longest = Math.max(longest, cursor?.length ?? 0);
      } while (cursor !== null);
      return { names, longest };
    }

    it("serves without migrations, and gives long cursors whole if it cannot keep them", async () => {
      await using made = await adopt({ keeps: false });
      await using running = await startOn(made);
      await running.ready;
      expect(running.said()).toEqual([
        "No migrations: the schema is taken as the cluster has it",
        'Warning: Long cursors are not kept: there is no table "cqlgate_cursors": "deno task migrate" creates it',
      ]);
      const { names, longest } = await readPages(running);
      expect(names).toEqual(["a", "b", "c"]);
      expect(longest).toBeGreaterThan(20_000);
    });

    it("keeps long cursors where the table is there", async () => {
      await using made = await adopt({ keeps: true });
      await using running = await startOn(made);
      await running.ready;
      expect(running.said()).toEqual([
        "No migrations: the schema is taken as the cluster has it",
      ]);
      const { names, longest } = await readPages(running);
      expect(names).toEqual(["a", "b", "c"]);
      expect(longest).toBeLessThan(2_000);
    });

    it("pages on where the table goes while it serves", async () => {
      await using made = await adopt({ keeps: true });
      await using running = await startOn(made);
      await running.ready;
      const first = await (await fetch(`${running.url}/long`)).json();
      await made.rows(`DROP TABLE ${made.config.keyspace}.cqlgate_cursors`);
      const gone = await fetch(`${running.url}/long?cursor=${first.next_cursor}`);
      expect([gone.status, (await gone.json()).code]).toEqual([400, "invalid_cursor"]);
      expect((await readPages(running)).names).toEqual(["a", "b", "c"]);
    });

    const OTHERS = [
      ["other columns", "x int PRIMARY KEY"],
      ["other types", "id ascii PRIMARY KEY, sealed blob"],
    ] as const;
    for (const [what, columns] of OTHERS) {
      it(`serves, and gives long cursors whole, where the table has ${what}`, async () => {
        await using made = await adopt({ keeps: false });
        await made.rows(`CREATE TABLE ${made.config.keyspace}.cqlgate_cursors (${columns})`);
        await using running = await startOn(made);
        await running.ready;
        const { names, longest } = await readPages(running);
        expect(names).toEqual(["a", "b", "c"]);
        expect(longest).toBeGreaterThan(20_000);
      });
    }

    it("says the same in check", async () => {
      await using made = await adopt({ keeps: false });
      const warnings: string[] = [];
      const said = await check(made.env, { warn: (message) => warnings.push(message) });
      expect(said).toMatch(
        /^Checked 1 query and no migrations of "\/.+" by their text, and prepared/,
      );
      expect(warnings).toEqual([
        'Long cursors are not kept: there is no table "cqlgate_cursors": "deno task migrate" creates it',
      ]);
    });
  });

  it("works in a keyspace whose name CQL takes only in quotes", async () => {
    const keyspace = `7Order_${crypto.randomUUID().slice(0, 8)}`;
    const files = { "0001_long.cql": LONG_TABLE };
    await using made = await cluster.create(files, { queries: LONG, keyspace });
    await made.migrate({ command: "plan" });
    await made.migrate();
    expect(await made.tables()).toEqual(["long"]);
    expect(await made.migrate()).toEqual([`Keyspace "${keyspace}" is up to date`]);
    for (const letter of "ab") {
      await made.rows(
        `INSERT INTO "${keyspace}".long (id, name) VALUES (1, '${letter.repeat(20_000)}')`,
      );
    }
    await using running = await startOn(made);
    await running.ready;
    expect(running.said()).toEqual([]);
    const { next_cursor } = await (await fetch(`${running.url}/long`)).json();
    expect(next_cursor).toMatch(/^~/);
    const response = await fetch(`${running.url}/long?cursor=${next_cursor}`);
    expect((await response.json()).items).toEqual([{ name: "b".repeat(20_000) }]);
  });
});
