import { expect } from "@std/expect";
import { Buffer } from "node:buffer";
import { describe, it } from "@std/testing/bdd";
import { boundRows } from "./bounded_rows.ts";
import type { PageReader } from "./page.ts";

/** A result of this many rows, in pages as large as they are asked for. */
function resultOf(count: number): PageReader {
  return (_, { size, position }) => {
    const from = position === null ? 0 : position.readInt32BE();
    const rows = Array.from({ length: Math.min(size, count - from) }, (_, index) => ({
      id: from + index,
    }));
    const next = Buffer.alloc(4);
    next.writeInt32BE(from + rows.length);
    const isLast = from + rows.length === count;
    return Promise.resolve({
      rows,
      bytes: 0,
      next: isLast ? null : next,
      end: isLast ? "last" : "rows",
    });
  };
}

async function readAll(readPage: PageReader, size: number): Promise<number> {
  let read = 0;
  let position: Buffer | null = null;
  do {
    const page = await readPage({}, { size, position });
    read += page.rows.length;
    position = page.next;
  } while (position !== null);
  return read;
}

const bounded = (result: PageReader, max: number | null) =>
  boundRows(result, { max, count: () => {}, lengthOf: ({ rows }) => rows.length });

describe("boundRows()", () => {
  for (const size of [1, 3, 10, 100]) {
    it(`reads a result with as many rows as it may have, in pages of ${size}`, async () => {
      expect(await readAll(bounded(resultOf(10), 10), size)).toBe(10);
      expect(await readAll(bounded(resultOf(9), 10), size)).toBe(9);
      expect(await readAll(bounded(resultOf(0), 10), size)).toBe(0);
    });

    it(`fails for a result with one row more, in pages of ${size}`, async () => {
      await expect(readAll(bounded(resultOf(11), 10), size)).rejects.toMatchObject({
        code: "result_too_large",
      });
    });
  }

  it("reads no more than one row beyond the bound, and counts what it reads", async () => {
    const counts: number[] = [];
    const readPage = boundRows(resultOf(1_000_000), {
      max: 25,
      count: (rows) => counts.push(rows),
      lengthOf: ({ rows }) => rows.length,
    });
    await expect(readAll(readPage, 10)).rejects.toThrow("more than 25 rows");
    expect(counts).toEqual([10, 10, 6]);
  });

  it("reads all of a result without a bound", async () => {
    expect(await readAll(bounded(resultOf(1_000), null), 30)).toBe(1_000);
  });
});
