/**
 * Requests that are cheap to send: bodies that are as long as they may be and as dense as JSON allows,
 * many at a time, and headers that are hard to read. However long it takes to parse, check, encode and
 * refuse them, nobody else waits for it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { sendRaw } from "../support/clients/raw_http.ts";
import { type AttackedService, startAttackedService } from "./attacked_service.ts";

const COLUMNS = {
  note: "text",
  counts: "frozen<map<text, int>>",
  prices: "frozen<list<decimal>>",
  whole: "frozen<list<varint>>",
  sets: "frozen<set<frozen<set<int>>>>",
  keyed: "frozen<map<frozen<list<int>>, int>>",
} as const;

const CQL = {
  migration: `CREATE TABLE things (id int PRIMARY KEY, ${
    Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`).join(", ")
  });`,
  queries: Object.keys(COLUMNS).map((column) => `
-- name: put_${column} :exec
-- @route PUT /${column}/{id}
-- @scope use
INSERT INTO things (id, ${column}) VALUES (:id, :${column});

-- name: load_${column} :exec
-- @route POST /${column}
-- @scope use
-- @bulk
INSERT INTO things (id, ${column}) VALUES (:id, :${column});
`).join(""),
};

let service: AttackedService;
before(async () => {
  service = await startAttackedService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

/** A little less than what a body may have. */
const BODY_BYTES = 1_000_000;

/** As many members as fit into a body, from the first that `member` gives. */
function members(member: (index: number) => string): string {
  const all: string[] = [];
  for (let index = 0, length = 0; length < BODY_BYTES; index++) {
    const text = member(index);
    length += text.length + 1;
    all.push(text);
  }
  return all.join();
}

const keys = () => `{${members((index) => `"k${index}":${index}`)}}`;
const numbers = (from: number) => `[${members((index) => `${from + index}`)}]`;

interface Case {
  readonly column: keyof typeof COLUMNS;
  readonly json: () => string;
  readonly status: number;
  /** How many of them are sent at a time. Default: four. */
  readonly atOnce?: number;
}

const DENSE: Readonly<Record<string, Case>> = {
  "70,000 keys": { column: "counts", json: keys, status: 204, atOnce: 16 },
  "70,000 keys in the place of text": { column: "note", json: keys, status: 422, atOnce: 16 },
  "exponents": {
    column: "prices",
    json: () => `[${members((index) => `1e${index % 1000}`)}]`,
    status: 204,
    atOnce: 8,
  },
  "integers with a thousand zeros": {
    column: "whole",
    json: () => `[${members(() => "1e1000")}]`,
    status: 422,
  },
  "one number of five million digits": {
    column: "prices",
    json: () => "[1e5000000]",
    status: 422,
  },
  "a set of two large sets": {
    column: "sets",
    json: () => `[${numbers(0).slice(0, BODY_BYTES / 2).replace(/,\d*$/, "]")},[1]]`,
    status: 204,
  },
  "one large key": {
    column: "keyed",
    json: () => `{"[${members((index) => `${index}`)}]":1}`,
    status: 204,
  },
  "escaped quotes": {
    column: "note",
    json: () => `"${String.raw`\"`.repeat(BODY_BYTES / 2)}"`,
    status: 204,
  },
  "escaped keys": {
    column: "counts",
    json: () => String.raw`{${members((index) => String.raw`"\"\n${index}\\":1`)}}`,
    status: 204,
  },
  "members that nobody knows": {
    column: "note",
    json: () => `"",${members((index) => `"k${index}":[]`)}`,
    status: 422,
  },
  "brackets": { column: "note", json: () => "[".repeat(BODY_BYTES), status: 400 },
};

/** The statuses of some requests at a time, each once. */
async function statusesOf(count: number, send: (index: number) => Promise<Response>) {
  const statuses = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const response = await send(index);
      await response.body?.cancel();
      return response.status;
    }),
  );
  return [...new Set(statuses)];
}

describe("A dense body", () => {
  for (const [what, { column, json, status, atOnce = 4 }] of Object.entries(DENSE)) {
    it(`keeps nobody waiting, ${atOnce} at a time: ${what}`, async () => {
      const body = `{"${column}":${json()}}`;
      const headers = { ...await service.authorization(), "content-type": "application/json" };
      await service.withstand(async () => {
        const put = (id: number) =>
          fetch(`${service.url}/${column}/${id}`, { method: "PUT", headers, body });
        expect(await statusesOf(atOnce, put)).toEqual([status]);
      });
    });
  }

  it("keeps nobody waiting as a line among others", async () => {
    const body = [0, 1, 2, 3].map((id) => `{"id":${id},"counts":${keys()}}`).join("\n");
    // A line may be as long as a body.
    const headers = { ...await service.authorization(), "content-type": "application/x-ndjson" };
    await service.withstand(async () => {
      const response = await fetch(`${service.url}/counts`, { method: "POST", headers, body });
      expect(await response.text()).toContain('"written":4,"failed":0');
    });
  });
});

describe("A header that is hard to read", () => {
  const SPACES = " ".repeat(6_000);
  const HEADERS = [
    `Content-Encoding: ,${SPACES},`,
    `Content-Encoding: ${", ".repeat(3_000)}gzip`,
    `Content-Type: application/json${SPACES}x`,
    `Accept: ${"*/*;q=0.0, ".repeat(500)}${SPACES}x`,
    `If-Match: ${'"1", '.repeat(1_000)}${SPACES}"`,
    `Forwarded: ${'for="[::1]", '.repeat(400)}`,
    `Authorization: Bearer ${"a.".repeat(3_000)}`,
    `traceparent: ${"0".repeat(6_000)}`,
  ];
  for (const header of HEADERS) {
    it(`keeps nobody waiting, fifty at a time: ${header.slice(0, 40).trim()}`, async () => {
      const { authorization } = await service.authorization();
      const isOwn = header.startsWith("Authorization");
      const headers = [
        ...isOwn ? [] : [`Authorization: ${authorization}`],
        header,
        "Content-Length: 2",
      ];
      await service.withstand(async () => {
        const answers = await Promise.all(
          Array.from(
            { length: 50 },
            () => sendRaw(service.url, { method: "PUT", path: "/note/1", headers, body: "{}" }),
          ),
        );
        for (const { status } of answers) expect([400, 401, 406, 415, 422, 431]).toContain(status);
      });
    });
  }
});
