/** `deno task check` without a cluster: what it warns of by the text alone. */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { check } from "../../tasks/check.ts";

async function warningsOf(queries: string, routes: readonly string[] = []): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  try {
    await Deno.mkdir(`${folder}/queries`);
    await Deno.writeTextFile(`${folder}/queries/own.cql`, queries);
    for (const [index, route] of routes.entries()) {
      await Deno.mkdir(`${folder}/routes`, { recursive: true });
      await Deno.writeTextFile(`${folder}/routes/route_${index}.ts`, route);
    }
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
      const waiver = "-- @waive unreadable-statement: b is for everybody\n";
      const warnings = await warningsOf(`${HEADER}${waiver}SELECT b FROM t ${clause};\n`);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^cql\/queries\/own\.cql:5: Cannot read the statement of "list_notes": .*: set CASSANDRA_/,
        ),
      ]);
    });
  }

  it("refuses a statement that it cannot read and that nobody has given a reason for", async () => {
    await expect(warningsOf(`${HEADER}SELECT b FROM t WHERE a = :a OR b = 1;\n`)).rejects.toThrow(
      "[unreadable-statement]",
    );
  });

  it("warns of nothing in a statement that it can read", async () => {
    expect(await warningsOf(`${HEADER}SELECT b FROM t WHERE a = :a;\n`)).toEqual([]);
  });

  const ORPHAN = "-- name: note_text :one\nSELECT b FROM t WHERE a = :a;\n";
  const TEXT = "SELECT b FROM t WHERE a = :a;\n";

  it("warns of a query that nobody can call", async () => {
    expect(await warningsOf(`${HEADER}${TEXT}\n${ORPHAN}`)).toEqual([
      'cql/queries/own.cql:6: Nobody can call "note_text": it has no @route, and no hand-written route names it',
    ]);
  });

  it("warns of no query that a hand-written route calls", async () => {
    const route = `import { defineRoute } from "cqlgate";

export default defineRoute({
  method: "get",
  path: "/text",
  access: { kind: "public" },
  queries: ["note_text"],
  responses: { 204: { description: "Nothing" } },
}, (context) => context.body(null, 204));
`;
    expect(await warningsOf(ORPHAN, [route])).toEqual([]);
  });

  const prose = (...lines: string[]) =>
    `${HEADER}${lines.map((line) => `-- ${line}\n`).join("")}${TEXT}`;
  const TAGS = [
    "route GET /notes",
    "scope notes:read",
    "mask b unless notes:text",
    "param a in claim:sub",
    "cache ttl=1s stale=10s",
    "rate 50/s",
    "page size=50",
    "prefix /v1",
    "location /{a}",
  ];
  it("warns of tags without their @", async () => {
    const warnings = await warningsOf(prose(...TAGS));
    expect(warnings).toEqual(
      TAGS.map((tag) =>
        `cql/queries/own.cql:1: "${tag}" is prose of "list_notes": if it is meant as a tag, write "@${tag}"`
      ),
    );
  });

  it("warns of no sentence that begins with the name of a tag", async () => {
    const sentences = [
      "route planners call this",
      "page through the notes, newest first",
      "scope of the answer: the notes of one a",
      "status of each note, and its text",
      "Route GET /notes is for those.",
      "row by row, a=1 first.",
      "See @route GET /x in the guide",
    ];
    expect(await warningsOf(prose(...sentences))).toEqual([]);
  });

  const ACCOUNTS = "tests/projects/application_schemas/accounts";
  const SCHEMAS = "tests/projects/application_schemas";
  const schemas = [...Deno.readDirSync(SCHEMAS)].map(({ name }) => `${SCHEMAS}/${name}`)
    .filter((folder) => folder !== ACCOUNTS);
  for (const project of ["cql", "tests/projects/video_platform", ...schemas]) {
    it(`warns of nothing in ${project}`, async () => {
      const warnings: string[] = [];
      await check({ CQL_DIR: project }, { types: false, warn: (text) => warnings.push(text) });
      expect(warnings).toEqual([]);
    });
  }

  it("warns of the queries whose route the schema of accounts leaves out", async () => {
    const warnings: string[] = [];
    await check({ CQL_DIR: ACCOUNTS }, { warn: (text) => warnings.push(text) });
    expect(warnings).toEqual([
      expect.stringContaining('Nobody can call "find_credentials"'),
      expect.stringContaining('Nobody can call "count_failure"'),
    ]);
  });
});
