/**
 * `migrate` in many processes at once, and what an operator asks of it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Session } from "../../db/driver/session.ts";
import { createKeyspace } from "../../db/migrate/keyspace/create_keyspace.ts";
import { createOwnTables } from "../../db/migrate/keyspace/create_own_tables.ts";
import { acquireLease } from "../../db/migrate/lease/lease.ts";
import { applyMigrations } from "../../db/migrate/migrate.ts";
import { readMigrations } from "../../db/migrate/files/migrations.ts";
import { freePortForLater } from "../../dev/ports.ts";
import { ownTableId } from "../../db/schema/own_table_id.ts";
import { OWN_TABLES } from "../../db/schema/own_tables.ts";
import { migrate } from "../../tasks/migrate.ts";
import { MortalSession } from "./mortal_session.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";

const THREE = {
  "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY, body text);",
  "0002_tag.cql": "ALTER TABLE notes ADD tag text;\nCREATE TABLE tags (id text PRIMARY KEY);",
  "0003_more.cql": "ALTER TABLE notes ADD more text;",
};
const WAITING =
  /^Waiting: another "migrate" has (?:been at work since \S+ \(pid \d+, \w{8}\)|just ended)$/;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A session in the project's keyspace, which has the service's own tables. */
async function openPrepared(made: MigrationProject): Promise<Session> {
  const { config } = made;
  const first = new Session({ ...config, keyspace: null, observe: () => {} });
  await first.openOnce();
  await createKeyspace(first, config).finally(() => first.close());
  const session = new Session({ ...config, observe: () => {} });
  await session.openOnce();
  await createOwnTables(session, config.keyspace);
  return session;
}

describe("migrate()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("applies each migration once, however many run on an empty cluster", async () => {
    await using made = await cluster.create(THREE);
    const said = await Promise.all(Array.from({ length: 10 }, () => made.migrate()));
    const lines = said.flat();
    for (const name of Object.keys(THREE)) {
      const applied = lines.filter((line) => line.startsWith(`Applied "cql/migrations/${name}"`));
      expect([name, applied.length]).toEqual([name, 1]);
    }
    expect(lines.filter((line) => /already|Cannot/.test(line))).toEqual([]);
    const idle = said.filter((own) => own.at(-1)?.endsWith("is up to date"));
    expect(idle.length).toBe(9);
    for (const own of idle) {
      expect(own.slice(0, -1)).toEqual(own.slice(0, -1).map(() => expect.stringMatching(WAITING)));
    }
    expect(await made.tables()).toEqual(["notes", "tags"]);
    const { keyspace } = made.config;
    const ids = await made.rows(
      `SELECT table_name, id FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`,
    );
    const own = ids.filter(({ table_name }) => OWN_TABLES.includes(String(table_name)));
    expect(own.map(({ table_name, id }) => [table_name, String(id)]).sort()).toEqual(
      OWN_TABLES.map((table) => [table, ownTableId(keyspace, table)]).sort(),
    );
  });

  it("takes over from a process that was killed, once its lease has expired", async () => {
    await using made = await cluster.create(THREE);
    const { keyspace } = made.config;
    await using _ = disposable(await openPrepared(made));
    const killed = new MortalSession({ ...made.config, observe: () => {} }, "ADD tag");
    await killed.openOnce();
    const migrations = await readMigrations(made.folder, { keyspace }) ?? [];
    await expect(
      applyMigrations(killed, migrations, { keyspace, log: () => {}, leaseSeconds: 8 }),
    ).rejects.toThrow("Killed");
    await killed.close();
    expect(await made.migrate()).toEqual([
      expect.stringMatching(WAITING),
      'Statement 1 of "cql/migrations/0002_tag.cql" is applied already: it is not repeated',
      expect.stringContaining("0002_tag.cql"),
      expect.stringContaining("0003_more.cql"),
    ]);
  });

  it("says on which machine the process is that it waits for", async () => {
    await using made = await cluster.create(THREE);
    const session = await openPrepared(made);
    await using _ = disposable(session);
    const { keyspace } = made.config;
    const host = "cqlgate-migrate-x7k2p";
    const lease = await acquireLease(session, { keyspace, log: () => {}, host });
    const { line, release } = await new Promise<{ line: string; release: Promise<unknown> }>(
      (resolve) => {
        const release: Promise<unknown> = made.migrate({
          hear: (line) => resolve({ line, release }),
        });
      },
    );
    await lease.release();
    await release;
    expect(line).toMatch(/ \(cqlgate-migrate-x7k2p, pid \d+, \w{8}\)$/);
  });

  it("keeps its lease for as long as a statement takes", async () => {
    await using made = await cluster.create(THREE);
    const session = await openPrepared(made);
    await using _ = disposable(session);
    const lease = await acquireLease(session, {
      keyspace: made.config.keyspace,
      log: () => {},
      seconds: 6,
    });
    const other = made.migrate();
    const outcome = await Promise.race([other.then(() => "migrated"), sleep(9_000)]);
    expect(outcome).toBe(undefined);
    await lease.renew();
    await lease.release();
    expect(await other).toHaveLength(4);
  });

  it("stops where its lease is somebody else's", async () => {
    await using made = await cluster.create(THREE);
    const session = await openPrepared(made);
    await using _ = disposable(session);
    const { keyspace } = made.config;
    const lost = await acquireLease(session, { keyspace, log: () => {} });
    await made.rows(`DELETE FROM ${keyspace}.cqlgate_leases WHERE name = 'migrations' IF EXISTS`);
    await expect(lost.renew()).rejects.toThrow(
      "Cannot continue: the lease expired after 30 s without a renewal, and another " +
        '"migrate" may have taken over: run it again to continue',
    );
    const taken = await acquireLease(session, { keyspace, log: () => {} });
    await expect(lost.renew()).rejects.toThrow("Cannot continue");
    // Nor does giving up what is lost take it from its new holder.
    await lost.release();
    await taken.renew();
    await taken.release();
  });

  it("stops after the migration that --to names, and says how far the cluster is", async () => {
    await using made = await cluster.create(THREE);
    expect(await made.migrate({ command: "plan", to: 2 })).toEqual([
      expect.stringContaining("Would create keyspace"),
      expect.stringContaining("0001_notes.cql"),
      expect.stringContaining("0002_tag.cql"),
    ]);
    expect(await made.migrate({ to: 2 })).toEqual([
      expect.stringContaining("0001_notes.cql"),
      expect.stringContaining("0002_tag.cql"),
    ]);
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_notes  applied",
      "0002_tag  applied",
      "0003_more  pending",
    ]);
    expect(await made.refusal({ to: 4 })).toBe(
      "Cannot migrate to 4: this release has the migrations 1 to 3",
    );
    await made.write({ "0002_tag.cql": THREE["0002_tag.cql"].replace("tag text", "tag int") });
    await made.rows(
      `INSERT INTO ${made.config.keyspace}.cqlgate_migrations (history, version, name, applied)
         VALUES ('schema', 4, 'newer', 1)`,
    );
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_notes  applied",
      "0002_tag  applied, and changed since: restore the file",
      '0003_more  pending, although "0004_newer.cql" after it is there',
      "0004_newer  being applied by a newer release",
    ]);
  });

  it("goes on with the record that an older release has made", async () => {
    await using made = await cluster.create(THREE);
    await made.migrate({ to: 1 });
    const { keyspace } = made.config;
    await made.rows(
      `ALTER TABLE ${keyspace}.cqlgate_migrations DROP (attempted, attempted_checksum)`,
    );
    await made.rows(`DROP TABLE ${keyspace}.cqlgate_leases`);
    expect(await made.migrate({ command: "status" })).toHaveLength(3);
    expect(await made.migrate()).toHaveLength(2);
    expect(await made.history()).toMatchObject([{}, { attempted: 2 }, { attempted: 1 }]);
  });

  it("waits for the cluster to come, and says why once for each reason", async () => {
    await using made = await cluster.create(THREE);
    const port = freePortForLater();
    const config = { ...made.config, contactPoints: [`127.0.0.1:${port}`] };
    const startedAt = performance.now();
    const lines: string[] = [];
    await expect(migrate(config, { log: (line) => lines.push(line), waitMs: 2_500 }))
      .rejects.toThrow(`Cannot connect to Cassandra at 127.0.0.1:${port}`);
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    expect(lines).toEqual([
      expect.stringMatching(
        `^Waiting for Cassandra at 127.0.0.1:${port}: .*ECONNREFUSED.*: start Cassandra there`,
      ),
    ]);
  });
});

function disposable(session: Session): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => session.close() };
}
