/**
 * What the files of migrations say. `fixtures/mistakes/<case>/` holds projects with mistakes and their
 * exact reports; `UPDATE_FIXTURES=1` writes the reports again, to be read before committing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { CatalogError } from "../../../catalog/text/diagnose.ts";
import { readMigrations } from "./migrations.ts";

const FIXTURES = new URL("./fixtures/mistakes/", import.meta.url);
const NOTES = "CREATE TABLE notes (id text PRIMARY KEY);\n";

describe("readMigrations()", () => {
  for (const name of [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort()) {
    it(`reports ${name.replaceAll("_", " ")}`, async () => {
      const project = new URL(`${name}/`, FIXTURES);
      const error = await readMigrations(project.pathname, { keyspace: "weather" })
        .then(() => null, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(CatalogError);
      const report = `${(error as Error).message.replaceAll(project.pathname, "")}\n`;
      const expected = new URL("report.txt", project);
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
      expect(report).toBe(await Deno.readTextFile(expected));
    });
  }

  describe("of a project", () => {
    let project: string;

    beforeEach(async () => {
      project = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    });
    afterEach(() => Deno.remove(project, { recursive: true }));

    async function write(text: string): Promise<void> {
      await Deno.mkdir(`${project}/migrations`, { recursive: true });
      await Deno.writeTextFile(`${project}/migrations/0001_notes.cql`, text);
    }

    const KEYSPACES = [
      ["order", "DROP KEYSPACE order", false],
      ["order", 'DROP KEYSPACE "order"', true],
      ["order", "DROP KEYSPACE orders", false],
      ["Order", 'DROP KEYSPACE "Order"', true],
      ["Order", 'DROP KEYSPACE "order"', false],
      ["role", "DROP KEYSPACE ROLE", true],
      ["weather", "ALTER KEYSPACE IF EXISTS WEATHER WITH durable_writes = true", true],
    ] as const;
    for (const [keyspace, statement, isOwn] of KEYSPACES) {
      it(`${isOwn ? "refuses" : "takes"} "${statement}" where the keyspace is "${keyspace}"`, async () => {
        await write(statement);
        const error = await readMigrations(project, { keyspace }).then(() => null, (e) => e);
        expect(error?.diagnostics?.length ?? 0).toBe(isOwn ? 1 : 0);
      });
    }

    it("gives null without the folder or with an empty one, and says where it looked for a project", async () => {
      await expect(readMigrations(project, { keyspace: "weather" })).rejects.toThrow(
        `Cannot read migrations: neither "${project}/migrations" nor "${project}/queries" exists: ` +
          'set CQL_DIR to the folder that holds "migrations/" and "queries/"',
      );
      await Deno.mkdir(`${project}/queries`);
      expect(await readMigrations(project, { keyspace: "weather" })).toBeNull();
      await Deno.mkdir(`${project}/migrations`);
      expect(await readMigrations(project, { keyspace: "weather" })).toBeNull();
    });

    it("takes a file as the same whatever its line ends and byte order mark", async () => {
      const read = async (text: string) => {
        await write(text);
        const [migration] = await readMigrations(project, { keyspace: "weather" }) ?? [];
        return { checksum: migration?.checksum, cql: migration?.statements.map(({ cql }) => cql) };
      };
      const text = `-- Notes.\n${NOTES.replace("(id", "(\n  id")}`;
      const expected = await read(text);
      expect(expected.cql).toEqual(["CREATE TABLE notes (\n  id text PRIMARY KEY)"]);
      expect(await read(text.replaceAll("\n", "\r\n"))).toEqual(expected);
      expect(await read(`\uFEFF${text}`)).toEqual(expected);
      expect((await read(`${text}\n`)).checksum).not.toBe(expected.checksum);
    });

    it("says what each statement is about", async () => {
      await write(`${NOTES}ALTER TABLE notes ADD body text`);
      const [migration] = await readMigrations(`${project}/`, { keyspace: "weather" }) ?? [];
      expect(migration?.path).toBe(`${project}/migrations/0001_notes.cql`);
      expect(migration?.statements).toMatchObject([
        { cql: NOTES.trimEnd().slice(0, -1), head: { kind: "create" } },
        { cql: "ALTER TABLE notes ADD body text", head: { kind: "alter" } },
      ]);
    });
  });
});
