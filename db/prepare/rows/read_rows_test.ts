import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { UnsupportedTypeError } from "../../../codec/codec_for.ts";
import { finish } from "../../../runtime/steps.ts";
import { EXAMPLE, startTestService } from "../../../tests/support/harness.ts";
import type { DriverColumn } from "../../driver/internals/driver_types.ts";
import { compileRowReader, sameColumns } from "./read_rows.ts";
import { int } from "../../../tests/support/cassandra/protocol_values.ts";

const { dataTypes } = cassandra.types;
const TEXT = { code: dataTypes.varchar, info: null };
const INT = { code: dataTypes.int, info: null };

/** A `[bytes]` cell (native protocol v4, section 3). */
function cell(bytes: Buffer | null): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes?.length ?? -1);
  return Buffer.concat([length, bytes ?? Buffer.alloc(0)]);
}

describe("compileRowReader()", () => {
  it("reads each cell by its column, from where the rows begin", () => {
    const reader = compileRowReader([{ name: "id", type: INT }, { name: "note", type: TEXT }]);
    const cells = [int(1), Buffer.from("a"), int(2), null, int(-3), Buffer.alloc(0)];
    const body = Buffer.concat([Buffer.from("before"), ...cells.map(cell)]);
    const rows = { length: 3, body, offset: 6, end: body.length };
    expect(reader.read(rows)).toEqual([
      { id: 1, note: "a" },
      { id: 2, note: null },
      { id: -3, note: "" },
    ]);
    expect(finish(reader.readSteps(rows))).toEqual(reader.read(rows));
  });

  it("reads no rows of no bytes", () => {
    const reader = compileRowReader([{ name: "id", type: INT }]);
    const rows = { length: 0, body: Buffer.alloc(0), offset: 0, end: 0 };
    expect([reader.read(rows), finish(reader.readSteps(rows))]).toEqual([[], []]);
  });

  it("passes over the values of a type that has no codec, if it is told to", () => {
    const legacy = { code: dataTypes.custom, info: "org.example.LegacyType" };
    const columns = [{ name: "legacy", type: legacy }, { name: "id", type: INT }];
    const body = Buffer.concat([Buffer.from("legacy"), int(1), null, int(2)].map(cell));
    const rows = { length: 2, body, offset: 0, end: body.length };
    const reader = compileRowReader(columns, { skipsUnknown: true });
    expect(reader.read(rows)).toEqual([{ legacy: null, id: 1 }, { legacy: null, id: 2 }]);
    expect(finish(reader.readSteps(rows))).toEqual(reader.read(rows));
    expect(() => compileRowReader(columns)).toThrow(UnsupportedTypeError);
  });

  it("pauses before each row that it reads in steps, and inside a large one", () => {
    const numbers: DriverColumn = {
      name: "numbers",
      type: { code: dataTypes.list, info: INT },
    };
    const columns = [{ name: "note", type: TEXT }, numbers, { ...numbers, name: "hidden" }];
    const reader = compileRowReader(columns, {
      concealOf: (index) => index === 2 ? () => "hidden" : null,
    });
    const members = Array.from({ length: 5_000 }, (_, index) => cell(int(index)));
    const large = Buffer.concat([int(members.length), ...members]);
    const cells = [null, null, null, Buffer.from("a"), large, null, Buffer.from("b"), null, large];
    const body = Buffer.concat(cells.map(cell));
    const rows = { length: 3, body, offset: 0, end: body.length };
    const steps = reader.readSteps(rows);
    let pauses = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) pauses++;
    expect(step.value).toEqual(reader.read(rows));
    expect(step.value?.map(({ hidden }) => hidden)).toEqual(["hidden", "hidden", "hidden"]);
    expect(pauses).toBeGreaterThan(100);
  });
});

describe("sameColumns()", () => {
  const id: DriverColumn = { name: "id", type: INT };
  const list = (of: DriverColumn["type"]): DriverColumn => ({
    name: "id",
    type: { code: dataTypes.list, info: of },
  });
  for (
    const [what, a, b, same] of [
      ["no columns", [], [], true],
      ["the same column", [id], [{ name: "id", type: { ...INT } }], true],
      ["one more", [id], [id, { name: "note", type: TEXT }], false],
      ["another name", [id], [{ name: "key", type: INT }], false],
      ["another type", [id], [{ name: "id", type: TEXT }], false],
      ["the same list", [list(INT)], [list({ ...INT })], true],
      ["a list of another type", [list(INT)], [list(TEXT)], false],
    ] as const
  ) {
    it(`says ${same} for ${what}`, () => {
      expect(sameColumns(a, b)).toBe(same);
    });
  }
});

describe("a table that is altered while it is served", () => {
  const QUERIES = `-- name: everything_of_stations :many
-- All there is.
-- @route GET /everything
-- @scope stations:read
-- @param tenant_id in claim:tenant
SELECT * FROM stations WHERE tenant_id = :tenant_id;
`;

  it("is served with its new columns, and the change is notified of", async () => {
    await using service = await startTestService({ cqlDir: EXAMPLE, cql: { queries: QUERIES } });
    const create = { station_id: "s", name: "S", elevation: 1.5 };
    await service.request("/stations", { method: "POST", json: create });
    const items = async () => (await (await service.request("/everything")).json()).items;
    const drifts = () => service.observations.filter(({ kind }) => kind === "schema_drift");

    const [row] = await items();
    expect(row).toMatchObject({ ...create, latitude: null });
    expect(drifts()).toEqual([]);

    await service.client.execute("ALTER TABLE stations ADD altitudes frozen<map<text, int>>");
    await service.client.execute(
      `UPDATE stations SET altitudes = {'mast': 10} WHERE tenant_id = '${row.tenant_id}' AND station_id = 's'`,
    );
    expect(await items()).toEqual([{ ...row, altitudes: { mast: 10 } }]);
    expect(drifts()[0]).toEqual({
      kind: "schema_drift",
      query: "everything_of_stations",
      detail: expect.stringContaining("altitudes"),
    });

    // What has fewer columns than it was prepared with would otherwise be read out of step.
    await service.client.execute("ALTER TABLE stations DROP latitude");
    const { latitude: _, ...rest } = row;
    expect(await items()).toEqual([{ ...rest, altitudes: { mast: 10 } }]);
  });
});
