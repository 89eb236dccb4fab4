import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { JsonWriter } from "../../../codec/json/json_writer.ts";
import { finish } from "../../../runtime/steps.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { DriverColumn, DriverType, RawRows } from "../../driver/internals/driver_types.ts";
import { compileRowReader, type RowReader } from "./read_rows.ts";
import type { CellOptions } from "./row_cells.ts";
import type { RowLayout } from "./write_rows.ts";
import { int } from "../../../tests/support/cassandra/protocol_values.ts";

const { dataTypes } = cassandra.types;
const TEXT: DriverType = { code: dataTypes.varchar, info: null };
const INT: DriverType = { code: dataTypes.int, info: null };
const DOUBLE: DriverType = { code: dataTypes.double, info: null };
const TEXTS: DriverType = { code: dataTypes.list, info: TEXT };
const TEXT_MAP: DriverType = { code: dataTypes.map, info: [TEXT, TEXT] };
const VARINT: DriverType = { code: dataTypes.varint, info: null };

/** A `[bytes]` cell (native protocol v4, section 3). */
function cell(bytes: Buffer | null): Buffer {
  return Buffer.concat([int(bytes?.length ?? -1), bytes ?? Buffer.alloc(0)]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

function list(members: readonly (Buffer | null)[]): Buffer {
  return Buffer.concat([int(members.length), ...members.map(cell)]);
}

function map(entries: readonly string[]): Buffer {
  return Buffer.concat([
    int(entries.length / 2),
    ...entries.map((text) => cell(Buffer.from(text))),
  ]);
}

function rowsOf(length: number, cells: readonly (Buffer | null)[]): RawRows {
  const body = Buffer.concat([Buffer.from("before"), ...cells.map(cell)]);
  return { length, body, offset: 6, end: body.length };
}

function columnsOf(...types: (readonly [name: string, type: DriverType])[]): DriverColumn[] {
  return types.map(([name, type]) => ({ name, type }));
}

/** The text that is written at once, and that which is written in steps. */
function write(
  { writer }: RowReader,
  rows: RawRows,
  { layout = "elements", isFirst = true }: { layout?: RowLayout; isFirst?: boolean } = {},
): string[] {
  const outs = [new JsonWriter(), new JsonWriter(1)];
  const targets = outs.map((out) => ({ out, layout, isFirst }));
  writer.write(rows, targets[0]!);
  finish(writer.writeSteps(rows, targets[1]!));
  return outs.map((out) => new TextDecoder().decode(out.view()));
}

/** Expects the text of the rows as they are read. */
function expectSame(reader: RowReader, rows: RawRows): void {
  const text = JSON.stringify(reader.read(rows)).slice(1, -1);
  expect(write(reader, rows)).toEqual([text, text]);
}

describe("the writer of rows", () => {
  const LONG = Buffer.from('"é\n😀x'.repeat(10_000));
  const CASES: [
    what: string,
    columns: DriverColumn[],
    cells: (Buffer | null)[],
    options?: CellOptions,
  ][] = [
    ["values and nulls", columnsOf(["id", INT], ["note", TEXT]), [
      ...[int(1), Buffer.from("a"), int(-2), null],
      ...[null, Buffer.alloc(0), int(3), Buffer.from('"\\\u0000\u001f\u007f\n')],
    ]],
    ["empty values that are none", columnsOf(["id", INT], ["all", TEXTS]), [
      ...[Buffer.alloc(0), Buffer.alloc(0), int(1), list([])],
      ...[int(2), list([Buffer.alloc(0)])],
    ]],
    ["names that need escapes", columnsOf(['a "b"\n', INT], ["é\u2028😀", INT]), [int(1), int(2)]],
    ["the name __proto__", columnsOf(["__proto__", INT], ["id", INT]), [int(1), int(2)]],
    ["minus zero and what is not a number", columnsOf(["a", DOUBLE], ["b", DOUBLE]), [
      ...[double(-0), double(NaN), double(-Infinity), double(0)],
    ]],
    ["names that objects have first", columnsOf(["b", INT], ["10", INT], ["9", TEXTS]), [
      ...[int(1), int(2), list([LONG]), null, null, null],
    ]],
    ["keys that objects have first", columnsOf(["of", TEXT_MAP]), [
      map(["b", "1", "10", "2", "9", "3"]),
      map(["__proto__", "1", "é", "2"]),
    ]],
    ["large values", columnsOf(["text", TEXT], ["id", INT], ["all", TEXTS]), [
      ...[LONG, int(1), list(Array.from({ length: 5_000 }, (_, index) => int(index)))],
      ...[Buffer.from("small"), int(2), list([LONG, null, LONG])],
      ...[LONG, null, null],
    ]],
    ["hidden values", columnsOf(["a", TEXT], ["b", TEXT], ["c", TEXT]), [
      ...[Buffer.from("secret"), Buffer.from("secret"), Buffer.from("shown")],
      ...[null, null, null, LONG, LONG, LONG],
    ], {
      concealOf: (index) => [() => "****", () => null, null][index] ?? null,
    }],
  ];
  for (const [what, columns, cells, options] of CASES) {
    it(`writes what JSON.stringify() makes of the rows: ${what}`, () => {
      const reader = compileRowReader(columns, options);
      expectSame(reader, rowsOf(cells.length / columns.length, cells));
    });
  }

  it("puts a comma between elements, and ends each line", () => {
    const reader = compileRowReader(columnsOf(["id", INT]));
    const rows = rowsOf(2, [int(1), int(2)]);
    expect([
      write(reader, rows),
      write(reader, rows, { isFirst: false }),
      write(reader, rows, { layout: "lines" }),
      write(reader, rowsOf(0, []), { isFirst: false }),
    ].map(([text, inSteps]) => [text, inSteps === text])).toEqual([
      ['{"id":1},{"id":2}', true],
      [',{"id":1},{"id":2}', true],
      ['{"id":1}\n{"id":2}\n', true],
      ["", true],
    ]);
  });

  it("writes rows that several requests get once for each view of them", () => {
    const columns = columnsOf(["id", INT], ["note", TEXT]);
    const open = compileRowReader(columns);
    const masked = compileRowReader(columns, {
      concealOf: (index) => index === 1 ? () => "****" : null,
    });
    const plain = rowsOf(2, [int(1), Buffer.from("a".repeat(600)), int(2), Buffer.from("b")]);
    const [openText, maskedText] = [open, masked].map((reader) => write(reader, plain)[0]!);
    const rows = { ...plain, texts: new Map() };
    const target = (out: JsonWriter) => ({ out, layout: "elements", isFirst: true }) as const;
    const textOf = ({ writer }: RowReader) => {
      const out = new JsonWriter();
      out.ascii("[");
      writer.write(rows, target(out));
      return new TextDecoder().decode(out.view());
    };
    for (const reader of [open, masked, open, masked]) {
      expect(textOf(reader)).toBe(`[${reader === open ? openText : maskedText}`);
    }
    expect(rows.texts.size).toBe(2);
    // It is not read again.
    plain.body.fill(0);
    expect([open, masked].map(textOf)).toEqual([`[${openText}`, `[${maskedText}`]);
    // In another layout, or after other rows, the text is another.
    const lines = new JsonWriter();
    const again = rowsOf(2, [int(1), Buffer.from("a".repeat(600)), int(2), Buffer.from("b")]);
    open.writer.write({ ...again, texts: rows.texts }, { ...target(lines), layout: "lines" });
    expect(new TextDecoder().decode(lines.view())).toBe(write(open, again, { layout: "lines" })[0]);
    const later = new JsonWriter();
    open.writer.write({ ...again, texts: rows.texts }, { ...target(later), isFirst: false });
    expect(new TextDecoder().decode(later.view())).toBe(`,${openText}`);
  });

  it("pauses before the first row, between rows, and inside a large one", () => {
    const reader = compileRowReader(columnsOf(["note", TEXT], ["all", TEXTS]));
    const members = list(Array.from({ length: 5_000 }, (_, index) => int(index)));
    const small = Array.from({ length: 1_000 }, () => [Buffer.from("a".repeat(20)), null]).flat();
    const pausesOf = (rows: RawRows) => {
      const out = new JsonWriter();
      const lengths: number[] = [];
      const steps = reader.writer.writeSteps(rows, { out, layout: "lines", isFirst: true });
      for (const _ of steps) lengths.push(out.at);
      return lengths;
    };
    expect(pausesOf(rowsOf(1, [Buffer.from("a"), null]))).toEqual([0]);
    expect(pausesOf(rowsOf(1_000, small)).length).toBeGreaterThan(5);
    expect(pausesOf(rowsOf(1, [LONG, members])).length).toBeGreaterThan(50);
  });

  it("refuses a computed number that is too long to print, at once and in steps", () => {
    const reader = compileRowReader(columnsOf(["sum", VARINT]), { isComputed: () => true });
    const rows = rowsOf(1, [Buffer.alloc(20_000, 1)]);
    for (const step of ["write", "writeSteps"] as const) {
      const target = { out: new JsonWriter(), layout: "lines", isFirst: true } as const;
      const run = () => {
        const steps = reader.writer[step](rows, target);
        if (steps) finish(steps);
      };
      expect(run).toThrow(ServiceError);
      expect(run).toThrow("too many digits");
    }
  });
});
