/**
 * Random types with random values, written through HTTP and read back three ways: through HTTP, by the
 * driver, and as Cassandra's own `SELECT JSON`. Nothing here uses a codec of the service's.
 *
 * `FC_RUNS` is the number of random tables, `FC_SEED` their seed: always the same one without it, so
 * that a change of the code is what makes a test fail. `FC_SEED=$RANDOM` looks for more.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import fc from "fast-check";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";
import {
  columnType,
  type StoredColumn,
  type Table,
  tables as anyTable,
} from "./types_arbitrary.ts";
import {
  DRIVER_ENCODING,
  fromDriver,
  fromSelectJson,
  parseSelectJson,
  withoutFarInstants,
} from "./types_readers.ts";
import { type Json, jsonText } from "./value_texts.ts";
import { stable, valueOf } from "./values_arbitrary.ts";
import { PATIENT_SOCKET } from "../support/cassandra/patient_socket.ts";

const SEED = Number(Deno.env.get("FC_SEED") ?? 1);
const TABLES = Number(Deno.env.get("FC_RUNS") ?? 25);
const ROWS = 30;

const tables = fc.sample(anyTable, { seed: SEED, numRuns: TABLES });
const name = (index: number) => `random_${index}`;

function migrationOf(table: Table, index: number): string {
  const types = table.columns.flatMap(({ types }) => types);
  const columns = table.columns.map((column, position) => `c${position} ${columnType(column)}`);
  return [
    ...types,
    `CREATE TABLE ${name(index)} (id int PRIMARY KEY, ${columns.join(", ")});`,
  ].join("\n");
}

function queriesOf({ columns }: Table, index: number): string {
  const names = columns.map((_, position) => `c${position}`);
  return `
-- name: write_${index} :exec
-- @route POST /${index}
-- @public
${names.map((column) => `-- @param ${column}? in body\n`).join("")}INSERT INTO ${name(index)}
  (id, ${names.join(", ")}) VALUES (:id, ${names.map((column) => `:${column}`).join(", ")});

-- name: read_${index} :one
-- @route GET /${index}/{id}
-- @public
SELECT ${names.join(", ")} FROM ${name(index)} WHERE id = :id;
`;
}

/** What a column holds after a write: Cassandra does not keep what has no cells. */
function stored({ type, frozen }: StoredColumn, json: Json): Json {
  if (frozen || json === null) return json;
  const hasCells = type.kind === "udt"
    ? Object.values(json).some((member) => member !== null)
    : !["list", "set", "map"].includes(type.kind) || Object.keys(json).length > 0;
  return hasCells ? json : null;
}

describe(`random types (FC_SEED=${SEED})`, () => {
  let service: OwnService;
  let driver: cassandra.Client;

  before(async () => {
    service = await startOwnService({
      migration: tables.map(migrationOf).join("\n"),
      queries: tables.map(queriesOf).join("\n"),
    });
    driver = new cassandra.Client({
      socketOptions: PATIENT_SOCKET,
      contactPoints: [...service.config.contactPoints],
      localDataCenter: service.config.localDatacenter!,
      keyspace: service.config.keyspace,
      encoding: DRIVER_ENCODING,
    });
  });
  after(async () => {
    await driver?.shutdown();
    await service?.[Symbol.asyncDispose]();
  });

  for (const [index, table] of tables.entries()) {
    it(`come back as they were written, in table ${index}`, async () => {
      const rows = fc.sample(fc.tuple(...table.columns.map(valueOf)), {
        seed: SEED + index,
        numRuns: ROWS,
      });
      await Promise.all(rows.map((values, id) => {
        const json = Object.fromEntries(values.map((value, position) => [`c${position}`, value]));
        return succeed(
          service.request(`/${index}`, {
            method: "POST",
            body: jsonText({ id, ...json }),
            headers: { "content-type": "application/json" },
            user: null,
          }),
        );
      }));
      const ids = rows.map((_, id) => id);
      const fromHttp = await Promise.all(
        ids.map((id) => succeed<Json>(service.request(`/${index}/${id}`, { user: null }))),
      );
      const byDriver = await driver.execute(`SELECT * FROM ${name(index)}`, [], { prepare: true });
      const bySelectJson = await driver.execute(`SELECT JSON * FROM ${name(index)}`, []);
      const driverRows = new Map(byDriver.rows.map((row) => [row.id, row]));
      const jsonRows = new Map(bySelectJson.rows.map((row) => {
        const json = parseSelectJson(row["[json]"]);
        return [Number((json as { id: { source: string } }).id.source), json];
      }));

      for (const id of ids) {
        for (const [position, column] of table.columns.entries()) {
          const key = `c${position}`;
          const context = `FC_SEED=${SEED}, ${key} ${columnType(column)} of row ${id}`;
          const http = (fromHttp[id] as Record<string, Json>)[key]!;
          const written = stored(column, rows[id]![position]!);
          const { type } = column;
          expect([context, stable(type, http)]).toEqual([context, stable(type, written)]);
          const ours = jsonText(http);
          const theirs = jsonText(fromDriver(type, driverRows.get(id)?.[key]));
          expect([context, withoutFarInstants(ours)]).toEqual([context, theirs]);
          const selected = (jsonRows.get(id) as Record<string, unknown>)[key];
          const expected = fromSelectJson(type, selected, http);
          expect([context, ours]).toEqual([context, jsonText(expected)]);
        }
      }
    });
  }
});
