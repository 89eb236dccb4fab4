/**
 * Mistakes that only the server can find: `fixtures/<case>/` holds a schema, queries and the exact report.
 * What a report leaves out of its queries is right: most cases end with a near miss that is. `UPDATE_FIXTURES=1`
 * writes the reports again, to be read before committing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../../catalog/catalog.ts";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { prepareQueries } from "./prepare_queries.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);

describe("prepareQueries()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  for (const name of [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort()) {
    it(`reports ${name.replaceAll("_", " ")}`, async () => {
      const read = (file: string) => Deno.readTextFile(new URL(`${name}/${file}`, FIXTURES));
      const { queries, diagnostics } = parseCatalog([
        { path: "input.cql", text: await read("input.cql") },
      ]);
      expect(diagnostics).toEqual([]);
      const report = await sessions.withSchema(await read("schema.cql"), async (session) => {
        const error = await prepareQueries(session, queries).then(() => null, (reason) => reason);
        if (!(error instanceof CatalogError)) throw error ?? new Error("nothing is reported");
        return `${error.message.replaceAll(session.keyspace ?? "", "{keyspace}")}\n`;
      });
      const expected = new URL(`${name}/report.txt`, FIXTURES);
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
      expect(report).toBe(await Deno.readTextFile(expected));
    });
  }
});
