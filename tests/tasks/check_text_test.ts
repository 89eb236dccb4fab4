/** `deno task check` without a cluster: what it warns of by the text alone. */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { check } from "../../tasks/check.ts";

async function warningsOf(queries: string): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  try {
    await Deno.mkdir(`${folder}/queries`);
    await Deno.writeTextFile(`${folder}/queries/own.cql`, queries);
    const warnings: string[] = [];
    await check({ CQL_DIR: folder }, { warn: (message) => warnings.push(message) });
    return warnings.map((warning) => warning.replaceAll(folder, "cql"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const HEADER = "-- name: list_notes :many\n-- @route GET /notes/{a}\n-- @public\n";

describe("check(), without a cluster,", () => {
  for (const clause of ["WHERE a = :a OR b = 1", "JOIN u ON t.a = u.a WHERE a = :a"]) {
    it(`warns of a statement that it cannot read: ${clause}`, async () => {
      const warnings = await warningsOf(`${HEADER}SELECT b FROM t ${clause};\n`);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^cql\/queries\/own\.cql:4: Cannot read the statement of "list_notes": .*: set CASSANDRA_/,
        ),
      ]);
    });
  }

  it("warns of nothing in a statement that it can read", async () => {
    expect(await warningsOf(`${HEADER}SELECT b FROM t WHERE a = :a;\n`)).toEqual([]);
  });
});
