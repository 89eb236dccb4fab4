/**
 * `migrate` and what Cassandra builds after it has answered: indexes and views of rows that are there.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Session } from "../../db/driver/session.ts";
import { readMigrations } from "../../db/migrate/files/migrations.ts";
import { Interruption } from "../../db/migrate/lease/interruption.ts";
import { applyMigrations, type ApplyOptions } from "../../db/migrate/migrate.ts";
import { readHistory } from "../../db/migrate/record/history_table.ts";
import { assertSchemaVersion } from "../../db/migrate/record/schema_version.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";

const TABLE = "CREATE TABLE notes (id int PRIMARY KEY, body text, tag text);";
const BUILT = `CREATE INDEX ON notes (body);
CREATE CUSTOM INDEX notes_by_tag ON notes (tag) USING 'sai';
CREATE MATERIALIZED VIEW notes_of AS SELECT * FROM notes
  WHERE id IS NOT NULL AND body IS NOT NULL PRIMARY KEY (id, body);`;

/** A session to nodes that have built nothing yet. */
class BuildingSession extends Session {
  override async askEachNode(...args: Parameters<Session["askEachNode"]>) {
    return (await super.askEachNode(...args)).map(({ address }) => ({ address, rows: [] }));
  }
}

/** Migrates while nothing is built; what it says, or why it stops. */
async function migrateWhileBuilding(
  made: MigrationProject,
  options: Partial<ApplyOptions>,
): Promise<string[]> {
  const { config, folder } = made;
  const { keyspace } = config;
  const session = new BuildingSession({ ...config, observe: () => {} });
  await session.openOnce();
  const lines: string[] = [];
  try {
    const migrations = await readMigrations(folder, { keyspace }) ?? [];
    await applyMigrations(session, migrations, {
      keyspace,
      log: (line) => lines.push(line),
      ...options,
    }).catch((reason: Error) => lines.push(reason.message));
    return lines.map((line) => line.replaceAll(folder, "cql"));
  } finally {
    await session.close();
  }
}

/** Why a release with these migrations is not ready; null if it is. */
async function unreadiness(made: MigrationProject): Promise<string | null> {
  const { config, folder } = made;
  const session = new Session({ ...config, observe: () => {} });
  await session.openOnce();
  try {
    const migrations = await readMigrations(folder, config);
    expect(await readHistory(session, config.keyspace)).toHaveLength(2);
    return await assertSchemaVersion(session, { ...config, migrations })
      .catch((reason: Error) => reason.message);
  } finally {
    await session.close();
  }
}

describe("migrate()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  /** A project whose first migration is applied, and whose second has something built. */
  async function create(built = BUILT): Promise<MigrationProject> {
    const made = await cluster.create({ "0001_notes.cql": TABLE });
    await made.migrate();
    await made.write({ "0002_built.cql": built });
    return made;
  }

  it("begins no build before the last one has ended: that could stop it", async () => {
    await using made = await create();
    await migrateWhileBuilding(made, { buildWaitMs: 1 });
    expect((await made.migrate({ command: "status" })).at(-1)).toBe(
      "0002_built  applied in part: 1 of 3 statements",
    );
    expect(await made.migrate()).toEqual([expect.stringMatching(/^Applied ".*0002_built.cql"/)]);
  });

  it("leaves a migration unfinished until then, and the next one goes on waiting", async () => {
    await using made = await create("CREATE INDEX ON notes (body);");
    const [refusal = ""] = await migrateWhileBuilding(made, { buildWaitMs: 1 });
    expect(refusal).toMatch(
      /^Cannot finish "cql\/migrations\/0002_built.cql": .* not built index "notes_body_idx" on /,
    );
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_notes  applied",
      "0002_built  applied, not finished: Cassandra may still be building its indexes and views",
    ]);
    expect(await unreadiness(made)).toContain("migrations are not applied: 0002_built.cql");
    // It looks again, and stops where it is told to.
    const interruption = new Interruption(() => {});
    const during = interruption.during(() =>
      migrateWhileBuilding(made, { interruption, buildWaitMs: 60_000 })
    );
    interruption.request();
    expect(await during).toEqual([expect.stringContaining("Stopped by a signal before Cassandra")]);
    expect(await made.migrate()).toEqual([expect.stringMatching(/^Applied ".*0002_built.cql"/)]);
    expect(await unreadiness(made)).toBe(null);
  });

  it("finishes without, if it is told not to wait", async () => {
    await using made = await create();
    const lines = await migrateWhileBuilding(made, { buildWaitMs: 0 });
    expect(lines).toEqual([
      expect.stringContaining('Cassandra is still building index "notes_body_idx" on '),
      expect.stringContaining('Cassandra is still building index "notes_by_tag" on '),
      expect.stringContaining('Cassandra is still building view "notes_of" on '),
      expect.stringMatching(/^Applied ".*0002_built.cql"/),
    ]);
    expect(await unreadiness(made)).toBe(null);
  });
});
