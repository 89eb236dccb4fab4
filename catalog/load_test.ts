import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { loadCatalog } from "./load.ts";
import { CatalogError } from "./text/diagnose.ts";

function fixture(name: string): string {
  return new URL(`./fixtures/load/${name}`, import.meta.url).pathname;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => null, (error) => error);
}

describe("loadCatalog()", () => {
  it("reads the query files of all folders by name, dot files left out", async () => {
    const queries = await loadCatalog(`${fixture("sound")}/`);
    expect(queries.map(({ name, group }) => [name, group])).toEqual([
      ["list_stations", "stations"],
      ["count_users", "users"],
      ["list_zones", "zones"],
    ]);
    expect(queries[1]?.nameSpan.file.path).toBe(`${fixture("sound")}/queries/team/users.cql`);
  });

  it("throws the mistakes of all files", async () => {
    const error = await failureOf(loadCatalog(fixture("broken")));
    expect(error).toBeInstanceOf(CatalogError);
    const { diagnostics } = error as CatalogError;
    expect(diagnostics.map(({ message }) => message).sort()).toEqual([
      `Cannot decode "${fixture("broken")}/queries/latin1.cql": not UTF-8`,
      "Missing mode",
    ]);
  });

  it("says what to do about a missing folder", async () => {
    const error = await failureOf(loadCatalog("catalog/fixtures/nowhere"));
    expect(error).toBeInstanceOf(Deno.errors.NotFound);
    expect((error as Error).message).toBe(
      'Cannot read "catalog/fixtures/nowhere/queries": the folder does not exist; ' +
        'create it, or set CQL_DIR to the folder that has "queries/" in it',
    );
  });
});
