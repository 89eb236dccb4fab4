/**
 * On a cluster that asks who one is: the rights that `docs/adopting.md` lists are enough to migrate and
 * to serve, and what a role without one of them gets.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { type Config, readConfig } from "../../config/config.ts";
import { start } from "../../composition/service.ts";
import type { Observation } from "../../observe/observation.ts";
import { check } from "../../tasks/check.ts";
import { migrate } from "../../tasks/migrate.ts";
import { eventually } from "../support/eventually.ts";
import { testEnvironment } from "../support/harness.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";

const KEYSPACE = "weather";

const MIGRATIONS = {
  "0001_stations.cql": `CREATE TYPE place (name text);
CREATE TABLE stations (id int, name text, at place, PRIMARY KEY (id, name));
CREATE INDEX ON stations (name);
INSERT INTO stations (id, name) VALUES (0, 'first');
`,
  "0002_more.cql": `ALTER TYPE place ADD height int;
ALTER TABLE stations ADD note text;
CREATE TABLE gone (id int PRIMARY KEY);
DROP TABLE gone;
`,
};

const QUERIES = `-- name: list_stations :many
-- Stations.
-- @route GET /stations
-- @public
-- @page size=1 max=10
-- @waive serial-read: nobody acts on what it shows
SELECT name FROM stations WHERE id = 1;

-- name: create_station :applied
-- A station that is not there yet.
-- @route POST /stations
-- @public
-- @param name in body
-- @waive public-write: the test has no issuer
INSERT INTO stations (id, name) VALUES (1, :name) IF NOT EXISTS;
`;

describe("a role with the rights that docs/adopting.md lists", () => {
  let own: OwnNode;
  let admin: cassandra.Client;
  let environment: Awaited<ReturnType<typeof testEnvironment>>;
  let folder: string;

  before(async () => {
    own = await startOwnNode({
      yaml: {
        authenticator: "PasswordAuthenticator",
        authorizer: "CassandraAuthorizer",
        // A right that is granted or revoked holds at once.
        permissions_validity: "0ms",
        roles_validity: "0ms",
        credentials_validity: "0ms",
      },
    });
    admin = new cassandra.Client({
      contactPoints: [own.node.contactPoint],
      localDataCenter: own.node.localDatacenter,
      credentials: { username: "cassandra", password: "cassandra" },
    });
    await eventually("the first role may log in", async () => {
      await admin.connect();
      return true;
    });
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await Deno.mkdir(`${folder}/migrations`);
    await Deno.mkdir(`${folder}/queries`);
    await Deno.writeTextFile(`${folder}/queries/stations.cql`, QUERIES);
    for (const [name, text] of Object.entries(MIGRATIONS)) {
      await Deno.writeTextFile(`${folder}/migrations/${name}`, text);
    }
    environment = await testEnvironment();
    await admin.execute(
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
  });
  after(async () => {
    await admin.shutdown();
    await own[Symbol.asyncDispose]();
    await environment.release();
    await Deno.remove(folder, { recursive: true });
  });

  /** Creates a role as the page says, and settings that log in as that role. */
  async function createRole(role: string): Promise<void> {
    for (const statement of await grantsOf(role)) await admin.execute(statement);
  }

  function envOf(role: string): Record<string, string> {
    return {
      ...environment.env,
      CQL_DIR: folder,
      CASSANDRA_CONTACT_POINTS: own.node.contactPoint,
      CASSANDRA_KEYSPACE: KEYSPACE,
      CASSANDRA_USERNAME: role,
      CASSANDRA_PASSWORD: "…",
    };
  }

  const configOf = (role: string): Config => readConfig(envOf(role));

  async function migrateAs(role: string): Promise<string[]> {
    const lines: string[] = [];
    await migrate(configOf(role), { log: (line) => lines.push(line.replaceAll(folder, "cql")) });
    return lines;
  }

  /** Serves as a role until `use` is done; what it said of the schema meanwhile. */
  async function serveAs(role: string, use: (url: string) => Promise<void>): Promise<string[]> {
    const said: string[] = [];
    const obstacle = Promise.withResolvers<never>();
    const observe = (observation: Observation) => {
      if (observation.kind === "warning") said.push(observation.message);
      if (observation.kind !== "readiness" || observation.ready) return;
      obstacle.reject(new Error(String(observation.reason)));
    };
    const service = await start(configOf(role), { observe });
    try {
      await Promise.race([service.ready, obstacle.promise]);
      await use(service.url);
    } finally {
      await service.close();
    }
    return said;
  }

  async function nextCursor(url: string): Promise<string> {
    const response = await fetch(`${url}/stations`);
    expect(response.status).toBe(200);
    const { next_cursor } = await response.json();
    const following = await fetch(`${url}/stations?cursor=${next_cursor}`);
    expect([following.status, (await following.json()).items.length]).toEqual([200, 1]);
    return next_cursor;
  }

  const NOT_KEPT =
    "Long cursors are not kept: User cqlgate has no MODIFY permission on <table weather.cqlgate_cursors> or any of its parents";

  it("migrates", async () => {
    await createRole("migrator");
    expect(await migrateAs("migrator")).toHaveLength(2);
    expect(await migrateAs("migrator")).toEqual(['Keyspace "weather" is up to date']);
  });

  it("serves: reads, writes, and keeps long cursors", async () => {
    await createRole("cqlgate");
    const said = await serveAs("cqlgate", async (url) => {
      for (const letter of "ab") {
        const response = await fetch(`${url}/stations`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ name: letter.repeat(5_000) }),
        });
        expect(response.status).toBe(201);
        await response.body?.cancel();
      }
      expect(await nextCursor(url)).toMatch(/^~/);
    });
    expect(said).toEqual([]);
  });

  it("checks in a scratch keyspace", async () => {
    await createRole("checker");
    const warnings: string[] = [];
    const options = { scratch: true, warn: (message: string) => warnings.push(message) };
    expect(await check(envOf("checker"), options)).toMatch(/^Checked 2 queries and 2 migrations/);
    expect(warnings).toEqual([]);
    const { rows } = await admin.execute("SELECT keyspace_name FROM system_schema.keyspaces");
    const names = rows.map(({ keyspace_name }) => String(keyspace_name));
    expect(names.filter((name) => name.startsWith("cqlgate_scratch_"))).toEqual([]);
  });

  it("finds nothing to migrate with the rights of the service", async () => {
    expect(await migrateAs("cqlgate")).toEqual(['Keyspace "weather" is up to date']);
    await Deno.writeTextFile(
      `${folder}/migrations/0003_x.cql`,
      "CREATE TABLE x (id int PRIMARY KEY);",
    );
    await expect(migrateAs("cqlgate")).rejects.toThrow(
      "Cannot record migrations: User cqlgate has no MODIFY permission on <table weather.cqlgate_leases> or any of its parents",
    );
    await Deno.remove(`${folder}/migrations/0003_x.cql`);
  });

  it("serves without MODIFY on the table of cursors, whose long ones it gives whole", async () => {
    await admin.execute(`REVOKE MODIFY ON ${KEYSPACE}.cqlgate_cursors FROM cqlgate`);
    const said = await serveAs("cqlgate", async (url) => {
      expect((await nextCursor(url)).length).toBeGreaterThan(5_000);
    });
    expect(said).toEqual([NOT_KEPT]);
    const warnings: string[] = [];
    await check(envOf("cqlgate"), { warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([NOT_KEPT]);
  });

  it("pages on where the right is revoked while it serves", async () => {
    await admin.execute(`GRANT MODIFY ON ${KEYSPACE}.cqlgate_cursors TO cqlgate`);
    await serveAs("cqlgate", async (url) => {
      expect(await nextCursor(url)).toMatch(/^~/);
      await admin.execute(`REVOKE MODIFY ON ${KEYSPACE}.cqlgate_cursors FROM cqlgate`);
      expect((await nextCursor(url)).length).toBeGreaterThan(5_000);
    });
  });

  it("migrates functions with one more right", async () => {
    await Deno.writeTextFile(
      `${folder}/migrations/0003_twice.cql`,
      "CREATE FUNCTION twice (n int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS 'return n * 2;';",
    );
    await expect(migrateAs("migrator")).rejects.toThrow("User migrator has no CREATE permission");
    for (const statement of await grantsOf("migrator of functions")) await admin.execute(statement);
    expect(await migrateAs("migrator")).toHaveLength(1);
  });

  it("serves a project without migrations without a right to their history", async () => {
    await admin.execute(`REVOKE SELECT ON KEYSPACE ${KEYSPACE} FROM cqlgate`);
    await admin.execute(`GRANT SELECT ON ${KEYSPACE}.stations TO cqlgate`);
    await expect(serveAs("cqlgate", () => Promise.resolve())).rejects.toThrow(
      "User cqlgate has no SELECT permission on <table weather.cqlgate_migrations> or any of its parents",
    );
    await Deno.remove(`${folder}/migrations`, { recursive: true });
    const said = await serveAs("cqlgate", async (url) => {
      expect((await nextCursor(url)).length).toBeGreaterThan(5_000);
    });
    expect(said).toEqual([NOT_KEPT]);
  });
});

/** The statements that the page has for a role. */
async function grantsOf(role: string): Promise<string[]> {
  const page = await Deno.readTextFile(new URL("../../docs/adopting.md", import.meta.url));
  const block = new RegExp(`<!-- grants ${role} -->\\s*\`\`\`sql\\n(.*?)\`\`\``, "s").exec(page);
  return block![1]!.split(";").map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
