import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { bytesOfValues, packRow, RowPacker, unpackRow } from "./packed_rows.ts";

const ROWS: readonly (readonly (Buffer | null | undefined)[])[] = [
  [],
  [Buffer.from("a")],
  [Buffer.alloc(0), null, undefined, Buffer.from("text")],
  [Buffer.alloc(70_000, 7), Buffer.from("after")],
  [undefined, undefined],
];

describe("packRow()", () => {
  it("writes a row as the protocol has it", () => {
    const { block, start, end } = packRow([Buffer.from("ab"), null, undefined]);
    expect(block.toString("hex", start, end)).toBe(
      "0003" + "000000026162" + "ffffffff" + "fffffffe",
    );
  });

  for (const row of ROWS) {
    it(`keeps the ${row.length} values of a row`, () => {
      const packed = packRow(row);
      expect(unpackRow(packed)).toEqual(row);
      expect(bytesOfValues(packed)).toBe(row.reduce((sum, each) => sum + (each?.length ?? 0), 0));
    });
  }
});

describe("RowPacker", () => {
  it("writes the same rows, across the ends of blocks", () => {
    const packer = new RowPacker();
    const rows = Array.from(
      { length: 3_000 },
      (_, index) => ROWS[index % 1_000 === 3 ? 3 : index % 3]!,
    );
    const packed = rows.map((row) => {
      packer.begin(row.length);
      for (const value of row) packer.put(value);
      return packer.end();
    });
    expect(packed.map(unpackRow)).toEqual(rows);
    const [first] = packed;
    expect(
      Buffer.compare(
        packed[2]!.block.subarray(packed[2]!.start, packed[2]!.end),
        packRow(ROWS[2]!).block,
      ),
    )
      .toBe(0);
    expect(first!.end - first!.start).toBe(2);
  });

  it("gives the place of a value, even where a block ends within the row", () => {
    const packer = new RowPacker();
    for (let index = 0; index < 3_000; index++) {
      packer.begin(2);
      packer.put(Buffer.from("key"));
      const at = packer.place(40);
      packer.block.fill(index, at, at + 40);
      const [key, value] = unpackRow(packer.end());
      expect([key!.toString(), value!.equals(Buffer.alloc(40, index))]).toEqual(["key", true]);
    }
  });

  it("takes back what was written beyond a length, also in a row after another", () => {
    const packer = new RowPacker();
    packer.begin(1);
    packer.put(Buffer.from("before"));
    packer.end();
    packer.begin(2);
    packer.put(Buffer.from("kept"));
    const { length } = packer;
    packer.put(Buffer.from("taken back"));
    packer.cut(length);
    packer.put(Buffer.from("after"));
    expect(unpackRow(packer.end())).toEqual([Buffer.from("kept"), Buffer.from("after")]);
  });

  it("drops a row that was not ended", () => {
    const packer = new RowPacker();
    packer.begin(1);
    packer.put(Buffer.from("dropped"));
    packer.begin(1);
    packer.put(Buffer.from("kept"));
    expect(unpackRow(packer.end())).toEqual([Buffer.from("kept")]);
  });
});
