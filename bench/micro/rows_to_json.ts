/**
 * Two hundred rows as JSON: as values that `JSON.stringify()` writes, and from bytes to text. Run with
 * `deno bench bench/micro/rows_to_json.ts`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { JsonWriter } from "../../codec/json/json_writer.ts";
import { compileRowReader } from "../../db/prepare/rows/read_rows.ts";

const ROWS = 200;
const out = new JsonWriter();

/** Option ids of the native protocol. */
const DOUBLE = 0x07;
const TIMESTAMP = 0x0b;
const TEXT = 0x0d;

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

function instant(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(ms));
  return bytes;
}

function compare(
  group: string,
  columns: Readonly<Record<string, number>>,
  cellsOf: (index: number) => Buffer[],
): void {
  const types = Object.entries(columns).map(([name, code]) => ({ name, type: { code } }));
  const { read, writer } = compileRowReader(types);
  const cells = Array.from({ length: ROWS }, (_, index) => cellsOf(index)).flat();
  const body = Buffer.concat(cells.flatMap((cell) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(cell.length);
    return [length, cell];
  }));
  const rows = { length: ROWS, body, offset: 0, end: body.length };
  Deno.bench("values, then text", { group, baseline: true }, () => {
    new Response(JSON.stringify(read(rows)));
  });
  Deno.bench("text", { group }, () => {
    out.clear();
    writer.write(rows, { out, layout: "elements", isFirst: true });
    new Response(out.view());
  });
}

compare(
  "a timestamp and three numbers",
  { observed_at: TIMESTAMP, temperature: DOUBLE, pressure: DOUBLE, wind: DOUBLE },
  (index) => [
    instant(Date.UTC(2020, 0, 1) + index * 60_000),
    ...[20 + index % 100 / 10, 1013 + index % 30 / 10, index % 50 / 10].map(double),
  ],
);
for (
  const [name, text] of [
    ["ASCII", "Some text of a note"],
    ["accents", "Zürich am See, größer"],
    ["Japanese", "東京都千代田区丸の内"],
    ["lines", "first line\nsecond line"],
  ] as const
) {
  compare(name, { a: TEXT, b: TEXT, c: TEXT }, () => [text, text, text].map((t) => Buffer.from(t)));
}
