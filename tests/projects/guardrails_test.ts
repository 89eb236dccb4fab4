/**
 * Guardrails where people meet them: a service that refuses a project or warns of it, and what
 * `deno task check` prints for people and for CI. What each finds is in `guardrails/guardrails_test.ts`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { check } from "../../tasks/check.ts";
import { type TestService } from "../support/harness.ts";
import { createCqlFolder, startOwnService, succeed } from "../support/own_service.ts";
import { runTask } from "../support/programs.ts";

const MIGRATION = `
CREATE TABLE notes (owner text, at timestamp, body text, PRIMARY KEY ((owner), at))
  WITH default_time_to_live = 86400 AND compaction = {'class': 'TimeWindowCompactionStrategy'};
`;

const SCAN = `
-- name: list_all :many
-- Every note of everybody.
-- @route GET /notes
-- @scope notes
SELECT owner, at, body FROM notes;
`;

const STAR = `
-- name: list_own :many
-- @route GET /notes/{owner}
-- @scope notes
SELECT * FROM notes WHERE owner = :owner;
`;

const WAIVED = SCAN.replace(
  "SELECT",
  "-- @waive partial-partition-key: a table of ten rows\nSELECT",
);

/** Warnings and notices of a service that has these queries. */
async function logOf(queries: string): Promise<{ service: TestService; lines: string[] }> {
  await using service = await startOwnService({ migration: MIGRATION, queries });
  const lines = service.observations.flatMap((observation: Observation) =>
    observation.kind === "warning" || observation.kind === "notice" ? [observation.message] : []
  );
  return { service, lines };
}

describe("A service whose queries hit a guardrail", () => {
  it("is not ready, and says where", async () => {
    const error = await startOwnService({ migration: MIGRATION, queries: SCAN }, {
      env: { GUARDRAILS: "refuse" },
    }).then(() => null, (reason: Error) => reason);
    expect(error?.message).toMatch(
      /own\.cql:6:29: error: Cannot find the rows of "notes" .* \[partial-partition-key\]\n/,
    );
  });

  it("serves with a warning where the operator says so", async () => {
    const { lines } = await logOf(SCAN);
    expect(lines).toEqual([
      expect.stringMatching(/own\.cql:6: Cannot find .* \[partial-partition-key\]: Restrict/),
    ]);
  });

  it("serves what is waived, and logs the reason", async () => {
    await using service = await startOwnService({ migration: MIGRATION, queries: WAIVED }, {
      env: { GUARDRAILS: "refuse" },
    });
    const notices = service.observations.flatMap((observation) =>
      observation.kind === "notice" ? [observation.message] : []
    );
    expect(notices).toContainEqual(
      expect.stringMatching(/"list_all" waives partial-partition-key: a table of ten rows$/),
    );
    const document = await (await service.request("/openapi.json")).text();
    expect(document).toContain("Every note of everybody");
    expect(document).not.toMatch(/ten rows|partial-partition-key/);
  });
});

describe("A query that Cassandra warns of", () => {
  it("is counted each time, and logged by its kind", async () => {
    await using service = await startOwnService({
      migration: MIGRATION,
      queries: `
-- name: count_notes :one
-- @route GET /notes/count
-- @public
SELECT count(*) AS notes FROM notes;
`,
    });
    for (let times = 0; times < 2; times++) {
      await succeed(service.request("/notes/count", { user: null }));
    }
    const warnings = service.observations.filter(({ kind }) => kind === "server_warning");
    expect(warnings).toEqual(new Array(2).fill({
      kind: "server_warning",
      query: "count_notes",
      about: "an aggregate without a partition key",
      isGuardrail: false,
    }));
    const metrics = await (await fetch(new URL("/metrics", service.adminUrl))).text();
    expect(metrics).toContain('cqlgate_cassandra_warnings_total{query="count_notes"} 2');
  });
});

describe("deno task check", () => {
  let env: Readonly<Record<string, string>>;
  let close: () => Promise<void>;

  before(async () => {
    // Its keyspace has the table.
    const service = await startOwnService({ migration: MIGRATION, queries: WAIVED });
    env = { ...service.env, GUARDRAILS: "refuse" };
    close = async () => await service[Symbol.asyncDispose]();
  });
  after(() => close());

  async function outcomeOf(queries: string, args: readonly string[]) {
    await using folder = await createCqlFolder({ migration: MIGRATION, queries });
    const outcome = await runTask("check", { env: { ...env, CQL_DIR: folder.path }, args });
    const shown = (text: string) => text.replaceAll(folder.path, "cql");
    return { code: outcome.code, out: shown(outcome.stdout), error: shown(outcome.stderr) };
  }

  it("fails on an error, and shows the line", async () => {
    const { code, error } = await outcomeOf(SCAN, []);
    expect([code, error]).toEqual([1, expect.stringContaining("6 | SELECT owner, at, body FROM")]);
    expect(error).toContain('"@waive partial-partition-key: …"');
  });

  it("fails on a warning only if it is strict", async () => {
    const lax = await outcomeOf(STAR, []);
    expect([lax.code, lax.error]).toEqual([0, expect.stringContaining("[select-star]")]);
    const strict = await outcomeOf(STAR, ["--strict"]);
    expect([strict.code, strict.error]).toEqual([1, expect.stringContaining("[select-star]")]);
  });

  it("prints the reason of a waiver", async () => {
    const { code, out } = await outcomeOf(WAIVED, []);
    expect([code, out]).toEqual([0, expect.stringContaining("a table of ten rows")]);
  });

  it("annotates lines for GitHub, mistakes and warnings alike", async () => {
    const mistaken =
      `${STAR}\n-- name: broken :many\n-- @route GET /a,b:c\nSELECT body FROM notes;\n`;
    const { code, out } = await outcomeOf(mistaken, ["--format=github"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^::error file=cql\/queries\/own\.cql,line=\d+,.*title=mistake::/m);
    const warned = await outcomeOf(STAR, ["--format", "github"]);
    expect(warned.out).toContain(
      "::warning file=cql/queries/own.cql,line=5,endLine=5,col=15,endColumn=19,title=select-star::",
    );
    expect(warned.out).toContain("%0AName the columns");
  });

  it("writes SARIF with the place, the rule and the reason of each finding", async () => {
    const { code, out } = await outcomeOf(WAIVED + STAR, ["--format=sarif"]);
    expect(code).toBe(0);
    const { version, runs: [run] } = JSON.parse(out);
    expect([version, run.tool.driver.name]).toEqual(["2.1.0", "cqlgate"]);
    const rules = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(rules.sort()).toEqual(["partial-partition-key", "select-star"]);
    const [star, waived] = run.results;
    expect(star.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "file://cql/queries/own.cql" },
      region: { startLine: 12, startColumn: 15, endLine: 12, endColumn: 20 },
    });
    expect([star.level, star.suppressions]).toEqual(["warning", undefined]);
    expect(waived.suppressions).toEqual([
      { kind: "inSource", status: "accepted", justification: "a table of ten rows" },
    ]);
  });

  it("finds by the text alone, without a cluster", async () => {
    await using folder = await createCqlFolder({ migration: MIGRATION, queries: STAR });
    const found: string[] = [];
    await check({ CQL_DIR: folder.path }, {
      heed: ({ findings }) => found.push(...findings.map(({ guardrail }) => guardrail)),
    });
    expect(found).toEqual(["select-star"]);
  });

  it("refuses an unknown format and an unknown argument", async () => {
    const format = await outcomeOf(STAR, ["--format=html"]);
    expect([format.code, format.error]).toEqual([1, expect.stringContaining('format "html"')]);
    const argument = await outcomeOf(STAR, ["--strikt"]);
    expect([argument.code, argument.error]).toEqual([1, expect.stringContaining('"--strict"')]);
  });

  it("finds nothing in the example that has no reason", async () => {
    const { code, stderr } = await runTask("check", {
      env: { ...env, CQL_DIR: "./cql", CASSANDRA_CONSISTENCY: "LOCAL_QUORUM" },
      args: ["--scratch", "--strict", "--no-types"],
    });
    expect([code, stderr]).toEqual([0, ""]);
  });
});
