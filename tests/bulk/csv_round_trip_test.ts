/**
 * Random types with random values: what a route answers as CSV is uploaded as it is, and the copies hold the same.
 *
 * `FC_RUNS` is the number of random tables, `FC_SEED` their seed: always the same one without it. `FC_SEED=$RANDOM`
 * looks for more.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { upload } from "../support/clients/bulk_client.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { columnType, type Table, tables as anyTable } from "../values/types_arbitrary.ts";
import { jsonText } from "../values/value_texts.ts";
import { valueOf } from "../values/values_arbitrary.ts";

const SEED = Number(Deno.env.get("FC_SEED") ?? 1);
const TABLES = Number(Deno.env.get("FC_RUNS") ?? 12);
const ROWS = 40;

const tables = fc.sample(anyTable, { seed: SEED, numRuns: TABLES });

function migrationOf({ columns }: Table, index: number): string {
  const types = columns.flatMap(({ types }) => types);
  const stored = columns.map((column, position) => `c${position} ${columnType(column)}`);
  return [
    ...types,
    ...["original", "copy"].map((name) =>
      `CREATE TABLE ${name}_${index} (id int PRIMARY KEY, ${stored.join(", ")});`
    ),
  ].join("\n");
}

function queriesOf({ columns }: Table, index: number): string {
  const names = columns.map((_, position) => `c${position}`);
  return ["original", "copy"].map((table) => `
-- name: load_${table}_${index} :exec
-- @bulk
-- @route POST /${table}/${index}
-- @public
${names.map((column) => `-- @param ${column}? in body\n`).join("")}INSERT INTO ${table}_${index}
  (id, ${names.join(", ")}) VALUES (:id, ${names.map((column) => `:${column}`).join(", ")});

-- name: read_${table}_${index} :many
-- @route GET /${table}/${index}
-- @public
-- @waive full-scan: a table of a test
SELECT id, ${names.join(", ")} FROM ${table}_${index};
`).join("");
}

describe(`CSV of random types (FC_SEED=${SEED})`, () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({
      migration: tables.map(migrationOf).join("\n"),
      queries: tables.map(queriesOf).join("\n"),
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function rowsOf(path: string, accept: string): Promise<string> {
    const response = await service.request(path, { user: null, headers: { accept } });
    const text = await response.text();
    expect([response.status, response.status === 200 ? "" : text]).toEqual([200, ""]);
    return text;
  }

  for (const [index, table] of tables.entries()) {
    const types = table.columns.map(columnType).join("; ");
    it(`goes out and in again without a loss, in table ${index}: ${types}`, async () => {
      const rows = fc.sample(fc.tuple(...table.columns.map(valueOf)), {
        seed: SEED + index,
        numRuns: ROWS,
      });
      const lines = rows.map((values, id) =>
        jsonText({ id, ...Object.fromEntries(values.map((each, at) => [`c${at}`, each])) })
      );
      const loaded = await upload(service, `/original/${index}`, { body: lines.join("\n") });
      expect(loaded.failures).toEqual([]);

      const csv = await rowsOf(`/original/${index}`, "text/csv");
      const copied = await upload(service, `/copy/${index}`, { body: csv, type: "text/csv" });
      expect(copied.failures).toEqual([]);
      expect(copied.summary.written).toBe(ROWS);
      const accept = "application/x-ndjson";
      expect(await rowsOf(`/copy/${index}`, accept)).toBe(
        await rowsOf(`/original/${index}`, accept),
      );
      const [original, copy] = await Promise.all(
        ["original", "copy"].map((name) =>
          service.client.execute(`SELECT JSON * FROM ${name}_${index}`)
        ),
      );
      expect(copy!.rows.map((row) => row["[json]"])).toEqual(
        original!.rows.map((row) => row["[json]"]),
      );
    });
  }
});
