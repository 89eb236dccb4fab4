import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { type Config, readConfig } from "../config/config.ts";
import { start } from "../main.ts";
import { migrate } from "../tasks/migrate.ts";
import { testEnvironment } from "./support/harness.ts";

const NOTES = "-- Notes.\nCREATE TABLE notes (id text PRIMARY KEY, body text);\n";
const TAGS = "CREATE TABLE tags (id text PRIMARY KEY);\nALTER TABLE notes ADD tag text;\n";
const TWO = { "0001_notes.cql": NOTES, "0002_tags.cql": TAGS };

const QUERIES = `-- name: get_note :one
-- One note.
-- @route GET /notes/{id}
-- @public
SELECT id, body, tag FROM notes WHERE id = :id;
`;

/** A file's new text, or null to remove it. */
type Files = Readonly<Record<string, string | null>>;

interface Project extends AsyncDisposable {
  readonly config: Config;
  readonly folder: string;
  write(files: Files): Promise<void>;
  /** The lines that the task says. */
  migrate(options?: { plan?: boolean; replication?: Config["replication"] }): Promise<string[]>;
  rows(cql: string): Promise<Record<string, unknown>[]>;
  history(): Promise<Record<string, unknown>[]>;
  tables(): Promise<string[]>;
}

describe("migrate()", () => {
  let environment: Awaited<ReturnType<typeof testEnvironment>>;
  let client: cassandra.Client;

  before(async () => {
    environment = await testEnvironment();
    const { contactPoints, localDatacenter } = readConfig(environment.env);
    client = new cassandra.Client({
      contactPoints: [...contactPoints],
      localDataCenter: localDatacenter!,
    });
    await client.connect();
  });
  after(async () => {
    await client.shutdown();
    await environment.release();
  });

  /** Migrations in a folder, and a keyspace, of their own. */
  async function project(files: Files): Promise<Project> {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    const keyspace = `test_${crypto.randomUUID().replaceAll("-", "")}`;
    const env = { ...environment.env, CQL_DIR: folder, CASSANDRA_KEYSPACE: keyspace };
    const config = readConfig(env);
    await Deno.mkdir(`${folder}/migrations`);
    await Deno.mkdir(`${folder}/queries`);
    await Deno.writeTextFile(`${folder}/queries/notes.cql`, QUERIES);
    const made: Project = {
      config,
      folder,
      async write(changed) {
        for (const [name, text] of Object.entries(changed)) {
          const path = `${folder}/migrations/${name}`;
          if (text === null) await Deno.remove(path);
          else await Deno.writeTextFile(path, text);
        }
      },
      async migrate({ plan = false, replication = config.replication } = {}) {
        const lines: string[] = [];
        const log = (line: string) => lines.push(line.replaceAll(folder, "cql"));
        await migrate({ ...config, replication }, { log, plan });
        return lines;
      },
      async rows(cql) {
        return (await client.execute(cql)).rows.map((row) => ({ ...row }));
      },
      history() {
        return this.rows(`SELECT * FROM ${keyspace}.cqlgate_migrations`);
      },
      async tables() {
        const rows = await this.rows(
          `SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`,
        );
        return rows.map(({ table_name }) => String(table_name))
          .filter((name) => !name.startsWith("cqlgate_")).sort();
      },
      async [Symbol.asyncDispose]() {
        await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
        await Deno.remove(folder, { recursive: true });
      },
    };
    await made.write(files);
    return made;
  }

  async function refusalOf(made: Project): Promise<string> {
    const error = await made.migrate().then(() => null, (reason: Error) => reason);
    return error?.message.replaceAll(made.folder, "cql") ?? "none";
  }

  it("creates the keyspace, applies all in order, and records what it did", async () => {
    await using made = await project(TWO);
    const startedAt = Date.now();
    expect(await made.migrate()).toEqual([
      expect.stringMatching(/^Applied "cql\/migrations\/0001_notes\.cql" in \d+ ms$/),
      expect.stringMatching(/^Applied "cql\/migrations\/0002_tags\.cql" in \d+ ms$/),
    ]);
    const { keyspace, localDatacenter } = made.config;
    const [{ replication }] = await made.rows(
      `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${keyspace}'`,
    ) as [Record<string, unknown>];
    expect(replication).toEqual({
      class: "org.apache.cassandra.locator.NetworkTopologyStrategy",
      [localDatacenter!]: "1",
    });
    expect(await made.tables()).toEqual(["notes", "tags"]);
    const history = await made.history();
    expect(history).toMatchObject([
      { version: 1, name: "notes", applied: 1 },
      { version: 2, name: "tags", applied: 2 },
    ]);
    let before = startedAt - 1;
    for (const { checksum, started_at, finished_at, duration_ms } of history) {
      expect(checksum).toMatch(/^[0-9a-f]{64}$/);
      expect(Number(started_at)).toBeGreaterThanOrEqual(before);
      expect(Number(finished_at)).toBeGreaterThanOrEqual(Number(started_at));
      expect(Number(duration_ms)).toBeGreaterThanOrEqual(0);
      before = Number(finished_at);
    }
  });

  it("applies nothing a second time, and then only what is new", async () => {
    await using made = await project({ "0001_notes.cql": NOTES });
    await made.migrate();
    const history = await made.history();
    expect(await made.migrate()).toEqual([`Keyspace "${made.config.keyspace}" is up to date`]);
    expect(await made.history()).toEqual(history);
    await made.write(TWO);
    expect(await made.migrate()).toEqual([expect.stringContaining("0002_tags.cql")]);
    expect((await made.history())[0]).toEqual(history[0]);
  });

  it("only tells with --plan, even where the keyspace is missing", async () => {
    await using made = await project(TWO);
    const plan = [
      'Would apply "cql/migrations/0001_notes.cql" (1 statement)',
      'Would apply "cql/migrations/0002_tags.cql" (2 statements)',
    ];
    expect(await made.migrate({ plan: true })).toEqual(plan);
    expect(await made.tables()).toEqual([]);
    await made.write({ "0002_tags.cql": null });
    await made.migrate();
    await made.write(TWO);
    expect(await made.migrate({ plan: true })).toEqual([plan[1]]);
    expect(await made.tables()).toEqual(["notes"]);
    await made.migrate();
    expect(await made.migrate({ plan: true })).toEqual([
      `Nothing to apply to keyspace "${made.config.keyspace}"`,
    ]);
  });

  it("rejects a missing keyspace where it was not told the replication", async () => {
    await using made = await project(TWO);
    await expect(made.migrate({ replication: null })).rejects.toThrow(
      new Error(
        `Cannot create keyspace "${made.config.keyspace}": set CASSANDRA_REPLICATION, such as "dc1:3", or create it yourself`,
      ),
    );
  });

  it("rejects what contradicts the cluster, and applies nothing", async () => {
    await using made = await project(TWO);
    await made.migrate();
    await made.write({
      "0001_notes.cql": NOTES.replace("body", "text"),
      "0002_tags.cql": null,
      "0002_labels.cql": "CREATE TABLE labels (id text PRIMARY KEY);",
      "0003_more.cql": "CREATE TABLE more (id text PRIMARY KEY);",
    });
    const changed = (name: string) =>
      `  "cql/migrations/${name}" was changed after it was applied: restore it, and put the change into a new migration`;
    const refusal = ["Cannot migrate:", changed("0001_notes.cql"), changed("0002_labels.cql")];
    expect(await refusalOf(made)).toBe(refusal.join("\n"));
    await expect(made.migrate({ plan: true })).rejects.toThrow("Cannot migrate:");
    expect(await made.tables()).toEqual(["notes", "tags"]);
  });

  it("rejects a cluster that is ahead of the files", async () => {
    await using made = await project(TWO);
    await made.migrate();
    await made.write({ "0002_tags.cql": null });
    expect(await refusalOf(made)).toBe(
      'Cannot migrate:\n  "0002_tags.cql" is applied in the cluster, but there is no such file: ' +
        "restore it, or deploy the release that has it",
    );
  });

  it("takes a file as the same whatever its line ends", async () => {
    await using made = await project(TWO);
    await made.migrate();
    const [before] = await made.history();
    await made.write({ "0001_notes.cql": NOTES.replaceAll("\n", "\r\n") });
    expect(await made.migrate()).toEqual([`Keyspace "${made.config.keyspace}" is up to date`]);
    expect((await made.history())[0]).toEqual(before);
  });

  it("keeps what came before a statement that fails, and goes on from there once it is mended", async () => {
    const table = (name: string) => `CREATE TABLE ${name} (id text PRIMARY KEY);`;
    await using made = await project({
      "0001_many.cql": [table("a"), "CREATE TABLE b (id text\n  KEY);", table("c")].join(
        "\n",
      ),
      "0002_next.cql": table("d"),
    });
    expect(await refusalOf(made)).toBe(
      'Cannot apply statement 2 of 3 of "cql/migrations/0001_many.cql": ' +
        "line 2:2 no viable alternative at input 'KEY' (CREATE TABLE b (id [text]  KEY...)\n" +
        "  | CREATE TABLE b (id text\n  |   KEY)\n" +
        '  The one before it stays applied: mend this one and run "deno task migrate" again, which goes on from here',
    );
    expect(await made.tables()).toEqual(["a"]);
    expect(await made.history()).toMatchObject([{ version: 1, applied: 1, checksum: null }]);

    // What is applied cannot be changed any more, not even while the rest is pending.
    const mended = [table("a"), table("b"), table("c")].join("\n");
    await made.write({ "0001_many.cql": mended.replace("a (", "z (") });
    expect(await refusalOf(made)).toBe(
      'Cannot resume "cql/migrations/0001_many.cql": its first statement was applied and has changed since: restore it',
    );

    await made.write({ "0001_many.cql": mended });
    expect(await made.migrate()).toHaveLength(2);
    expect(await made.tables()).toEqual(["a", "b", "c", "d"]);
    expect(await made.history()).toMatchObject([
      { version: 1, applied: 3, checksum: expect.any(String) },
      { version: 2, applied: 1, checksum: expect.any(String) },
    ]);
  });

  const MISTAKES: { what: string; files: Files; mistakes: string[] }[] = [
    {
      what: "a gap",
      files: { ...TWO, "0004_late.cql": NOTES },
      mistakes: [
        '"cql/migrations/0004_late.cql" leaves a gap: expected a file "0003_….cql" before it',
      ],
    },
    {
      what: "a number that is there twice",
      files: { ...TWO, "0002_other.cql": NOTES },
      mistakes: [
        '"cql/migrations/0002_tags.cql" has the number of "cql/migrations/0002_other.cql": give it the next free one',
      ],
    },
    {
      what: "names that have no number, and files that have no statement",
      files: { "0001_notes.cql": "-- Later.\n", "2_tags.cql": TAGS, "0003_Tags.cql": TAGS },
      mistakes: [
        '"cql/migrations/0001_notes.cql" has no statement: remove or fill it',
        ...["0003_Tags.cql", "2_tags.cql"].map((name) =>
          `"cql/migrations/${name}" is not named "NNNN_name.cql", such as "0001_stations.cql", in lower case`
        ),
      ],
    },
  ];
  for (const { what, files, mistakes } of MISTAKES) {
    it(`rejects ${what}`, async () => {
      await using made = await project(files);
      const lines = mistakes.map((mistake) => `  ${mistake}`);
      expect(await refusalOf(made)).toBe(["Cannot read migrations:", ...lines].join("\n"));
    });
  }

  it("reports a file that cannot be split at its place", async () => {
    await using made = await project({ "0001_notes.cql": `${NOTES}\nDROP TABLE 'notes;\n` });
    expect(await refusalOf(made)).toMatch(
      /^cql\/migrations\/0001_notes\.cql:4:12: .*\n {2}4 \| DROP TABLE 'notes;/,
    );
  });

  describe("and start()", () => {
    const OTHER_SCHEMA = {
      status: 503,
      detail: "The service is not ready: the cluster has another schema version than it needs",
    };
    /** Starts the service and resolves once it has said why it is not ready. */
    async function startUnready(made: Project) {
      const reason = Promise.withResolvers<string>();
      const service = await start(made.config, {
        observe(observation) {
          if (observation.kind !== "readiness" || observation.ready) return;
          reason.resolve(String(observation.reason).replaceAll(made.folder, "cql"));
        },
      });
      return { service, reason: await reason.promise };
    }
    async function readinessOf(url: string) {
      const response = await fetch(`${url}/readyz`);
      const { detail } = await response.json();
      return { status: response.status, detail };
    }

    it("is not ready while migrations are pending, and becomes ready when they are applied", async () => {
      await using made = await project({ "0001_notes.cql": NOTES });
      await made.migrate();
      await made.write(TWO);
      const { service, reason } = await startUnready(made);
      try {
        expect(reason).toBe(
          'migrations are not applied: 0002_tags.cql: run "deno task migrate"',
        );
        expect(await readinessOf(service.url)).toEqual(OTHER_SCHEMA);
        await made.migrate();
        await service.ready;
        expect((await readinessOf(service.url)).status).toBe(200);
        const response = await fetch(`${service.url}/notes/none`);
        expect((await response.json()).code).toBe("not_found");
      } finally {
        await service.close();
      }
    });

    it("does not become ready on a changed migration, and says why", async () => {
      await using made = await project(TWO);
      await made.migrate();
      await made.write({ "0001_notes.cql": NOTES.replace("body", "text") });
      const { service, reason } = await startUnready(made);
      try {
        expect(reason).toBe(
          'Cannot migrate:\n  "cql/migrations/0001_notes.cql" was changed after it was applied: restore it, and put the change into a new migration',
        );
        expect(await readinessOf(service.url)).toEqual(OTHER_SCHEMA);
      } finally {
        await service.close();
      }
    });
  });
});
