/**
 * The kinds of schema that applications have: each passes `deno task check --strict`, as its queries are, with
 * a reason where one deserves an exception. What a guardrail finds in these is either a mistake of the rule or
 * of the schema.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { check } from "../../tasks/check.ts";
import { testEnvironment } from "../support/harness.ts";

/** Each with the guardrails that its queries waive. */
const SCHEMAS: Readonly<Record<string, readonly string[]>> = {
  "tests/projects/application_schemas/accounts": ["public-write"],
  "tests/projects/application_schemas/event_log": ["tenant-not-bound"],
  "tests/projects/application_schemas/iot_telemetry": ["tenant-not-bound"],
  "tests/projects/application_schemas/messaging": ["cross-partition-batch", "growing-collection"],
  "tests/projects/application_schemas/saas_workspace": ["unbucketed-time-series"],
  "tests/projects/application_schemas/shop": ["cross-partition-batch", "unbucketed-time-series"],
  "tests/projects/application_schemas/social_feed": ["cross-partition-batch"],
  "tests/projects/video_platform": [
    "cross-partition-batch",
    "growing-collection",
    "index-without-partition-key",
    "public-write",
    "unbucketed-time-series",
  ],
};

describe("deno task check --strict", () => {
  let environment: Awaited<ReturnType<typeof testEnvironment>>;
  before(async () => {
    environment = await testEnvironment({
      GUARDRAILS: "refuse",
      CASSANDRA_CONSISTENCY: "LOCAL_QUORUM",
    });
  });
  after(() => environment?.release());

  for (const [folder, waived] of Object.entries(SCHEMAS)) {
    it(`passes ${folder}`, async () => {
      const found: string[] = [];
      const said = await check({ ...environment.env, CQL_DIR: folder }, {
        scratch: true,
        strict: true,
        types: false,
        heed: (inspection) =>
          found.push(...inspection.waived.map(({ finding }) => finding.guardrail)),
      });
      expect(said).toContain("prepared every query");
      expect([...new Set(found)].sort()).toEqual(waived);
    });
  }

  it("is asked about every schema that is there", () => {
    const folders = [...Deno.readDirSync("tests/projects/application_schemas")].map(({ name }) =>
      `tests/projects/application_schemas/${name}`
    );
    expect(Object.keys(SCHEMAS)).toEqual(expect.arrayContaining(folders));
  });
});
