/**
 * Large answers whose bytes all differ: the memory of each is given back as soon as it is no longer needed, and no sooner.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { type OwnService, startOwnService } from "../support/own_service.ts";

/** 3 MB, and 4 MB as text: many pages of a stream, and more than a socket holds. */
const ROWS = 1_000;
const ROW_BYTES = 3_000;
const CALLERS = 4;
/** Of a page as JSON. */
const PAGE_ROWS = 300;

const CQL = {
  migration: "CREATE TABLE large (list text, id int, filling blob, PRIMARY KEY ((list), id));",
  queries: `
-- name: list_large :many
-- @route GET /large/{list}
-- @public
-- @page size=${PAGE_ROWS} max=${PAGE_ROWS}
SELECT id, filling FROM large WHERE list = :list;
`,
};

/** The same for the same row, and unlike that of any other. */
function fillingOf(id: number): Buffer {
  const words = new Uint32Array(ROW_BYTES / 4);
  let state = id + 1;
  for (let index = 0; index < words.length; index++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + index;
    words[index] = state;
  }
  return Buffer.from(words.buffer);
}

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
  const insert = "INSERT INTO large (list, id, filling) VALUES ('l', ?, ?)";
  for (let start = 0; start < ROWS; start += 200) {
    await Promise.all(
      Array.from(
        { length: 200 },
        (_, index) =>
          service.client.execute(insert, [start + index, fillingOf(start + index)], {
            prepare: true,
          }),
      ),
    );
  }
});
after(() => service?.[Symbol.asyncDispose]());

interface Line {
  readonly id: number;
  readonly filling: string;
}

/** The rows that are not as they were written. */
function wrongOf(rows: readonly Line[]): number[] {
  return rows.filter(({ id, filling }) => filling !== fillingOf(id).toString("base64"))
    .map(({ id }) => id);
}

const FORMS: Readonly<Record<string, { count: number; parse: (text: string) => Line[] }>> = {
  "application/x-ndjson": {
    count: ROWS,
    parse: (text) => text.trimEnd().split("\n").map((line): Line => JSON.parse(line)),
  },
  "text/csv": {
    count: ROWS,
    parse: (text) =>
      text.trimEnd().split("\r\n").slice(1).map((line) => {
        const [id, filling] = line.split(",");
        return { id: Number(id), filling: filling! };
      }),
  },
  "application/json": { count: PAGE_ROWS, parse: (text) => JSON.parse(text).items },
};

describe("a large answer", () => {
  for (const [accept, { count, parse }] of Object.entries(FORMS)) {
    for (const coding of ["identity", "gzip"]) {
      it(`of ${accept}, in ${coding}, has every byte, however many ask at once`, async () => {
        const headers = { accept, "accept-encoding": coding };
        const answers = await Promise.all(Array.from({ length: CALLERS }, async () => {
          const response = await service.request("/large/l", { headers, user: null });
          // The runtime may compress it, as it may not a small one.
          expect(response.headers.get("cache-control")).toBe("no-store");
          return parse(await response.text());
        }));
        for (const rows of answers) {
          expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, id) => id));
          expect(wrongOf(rows)).toEqual([]);
        }
      });
    }
  }
});
