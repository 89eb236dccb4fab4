/**
 * Results as streams: the same rows as in pages, read no faster than the caller takes them, and never
 * cut short without an error.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { Observation } from "../../observe/observation.ts";
import { eventually } from "../support/eventually.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, readPages, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE samples (
  list text, id int, text text, amount decimal, tags frozen<set<text>>, notes map<text, int>,
  PRIMARY KEY ((list), id)
);
CREATE TABLE large (list text, id int, filling blob, PRIMARY KEY ((list), id));
CREATE TABLE ratios (list text, id int, divisor int, PRIMARY KEY ((list), id));
`,
  queries: `
-- name: add_sample :exec
-- @route POST /samples/{list}
-- @public
-- @param text? in body
-- @param amount? in body
-- @param tags? in body
-- @param notes? in body
INSERT INTO samples (list, id, text, amount, tags, notes)
VALUES (:list, :id, :text, :amount, :tags, :notes);

-- name: list_samples :many
-- @route GET /samples/{list}
-- @public
SELECT id, text, amount, tags, notes AS "Notes, all" FROM samples WHERE list = :list;

-- name: list_texts :many
-- @route GET /texts/{list}
-- @public
SELECT text FROM samples WHERE list = :list;

-- name: list_large :many
-- @route GET /large/{list}
-- @public
SELECT id, filling FROM large WHERE list = :list;

-- name: list_ratios :many
-- Fails in Cassandra where a divisor is zero.
-- @route GET /ratios/{list}
-- @public
SELECT id, id / divisor AS ratio FROM ratios WHERE list = :list;
`,
};

const NDJSON = "application/x-ndjson";
const CSV = "text/csv";
const TEXTS = [
  null,
  "",
  "plain",
  "a,b",
  'say "hi"',
  "one\ntwo",
  "one\r\ntwo",
  " spaces ",
  "ñ𝒳",
  "null",
];

/** 18 MB, and 24 MB as text: more than sockets hold. */
const LARGE_ROWS = 6000;
const FILLING = Buffer.alloc(3000);
/** That a stream of them takes at least, of half a megabyte each. */
const LARGE_PAGES = 34;
/** Of a list whose rows are small, or worked out. */
const ROWS_PER_PAGE = 1000;

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
  await Promise.all(TEXTS.map(async (text, id) => {
    const json = {
      id,
      text,
      amount: id % 2 === 0 ? "1.50" : null,
      tags: id % 3 === 0 ? null : ["a,b", 'c"d'].slice(0, id % 3 - 1),
      notes: { "x,y": id },
    };
    const response = await service.request("/samples/few", { method: "POST", json, user: null });
    expect([response.status, await response.text()]).toEqual([204, ""]);
  }));
});
after(() => service?.[Symbol.asyncDispose]());

function get(path: string, headers: Record<string, string>): Promise<Response> {
  return service.request(path, { headers, user: null });
}

/** RFC 4180, where a field that is not in quotes and empty is null. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (
    const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)
  ) {
    row.push(quoted?.replaceAll('""', '"') ?? (plain || null));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe("a stream", () => {
  it("of NDJSON has the rows of the pages", async () => {
    const response = await get("/samples/few", { accept: NDJSON });
    expect(response.headers.get("content-type")).toBe(NDJSON);
    const text = await response.text();
    const rows = (await readPages(service, "/samples/few?limit=3")).flat();
    expect(text).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  });

  it("of CSV has the rows of the pages, in quotes where they need it", async () => {
    const response = await get("/samples/few", { accept: CSV });
    expect(response.headers.get("content-type")).toBe(`${CSV}; charset=utf-8; header=present`);
    const text = await response.text();
    const [header, ...lines] = parseCsv(text);
    expect(header).toEqual(["id", "text", "amount", "tags", "Notes, all"]);
    const rows = (await readPages<Record<string, unknown>>(service, "/samples/few")).flat();
    expect(lines).toEqual(
      rows.map((row) =>
        Object.values(row).map((value) =>
          value === null || typeof value === "string" ? value : JSON.stringify(value)
        )
      ),
    );
    expect(text.startsWith('id,text,amount,tags,"Notes, all"\r\n0,,1.50,,"{""x,y"":0}"\r\n')).toBe(
      true,
    );
    expect(text).toContain('\r\n1,"",,[],"{""x,y"":1}"\r\n');
    expect(text.endsWith("\r\n")).toBe(true);
  });

  it("of CSV with a single column has no empty line, which readers would skip", async () => {
    const text = await (await get("/texts/few", { accept: CSV })).text();
    expect(text.startsWith('text,\r\n,\r\n"",\r\nplain,\r\n')).toBe(true);
    expect(parseCsv(text).map(([value]) => value)).toEqual(["text", ...TEXTS]);
  });

  it("of nothing is empty, but for the header of CSV", async () => {
    expect(await (await get("/samples/none", { accept: NDJSON })).text()).toBe("");
    expect(await (await get("/samples/none", { accept: CSV })).text())
      .toBe('id,text,amount,tags,"Notes, all"\r\n');
  });

  const ACCEPTED: readonly (readonly [string, string])[] = [
    ["*/*", "application/json"],
    ["text/*", CSV],
    [`${CSV};q=0.5, ${NDJSON}`, NDJSON],
    [`${CSV}, ${NDJSON};q=0.9, */*;q=0.1`, CSV],
    [`${NDJSON};q=0, application/*`, "application/json"],
    [`application/json;q=0.2, ${NDJSON};q=0.3`, NDJSON],
    ["TEXT/CSV", CSV],
  ];
  for (const [accept, type] of ACCEPTED) {
    it(`is chosen by Accept: ${accept}`, async () => {
      const response = await get("/samples/few", { accept });
      await response.body?.cancel();
      expect(response.headers.get("content-type")?.split(";")[0]).toBe(type);
      expect(response.headers.get("vary")?.toLowerCase()).toContain("accept");
    });
  }

  for (const accept of ["text/html", `${CSV};q=0`, "application/xml, image/*"]) {
    it(`is not given to Accept: ${accept}`, async () => {
      const { status, code } = await problemOf(await get("/samples/few", { accept }));
      expect([status, code]).toEqual([406, "not_acceptable"]);
    });
  }

  it("takes neither limit nor cursor", async () => {
    const response = await get("/samples/few?limit=1&cursor=x&lmit=1", { accept: NDJSON });
    const { status, errors } = await problemOf(response);
    expect([status, errors?.map(({ pointer }) => pointer)])
      .toEqual([422, ["/query/lmit", "/query/limit", "/query/cursor"]]);
  });

  for (const accept of [NDJSON, CSV]) {
    it(`of ${accept} is compressed where asked, and the same`, async () => {
      const plain = await rawGet("/samples/few", { accept });
      const packed = await rawGet("/samples/few", { accept, "accept-encoding": "gzip" });
      expect([plain.encoding, packed.encoding]).toEqual([null, "gzip"]);
      const unpacked = new Blob([packed.body]).stream().pipeThrough(
        new DecompressionStream("gzip"),
      );
      expect(await new Response(unpacked).text()).toBe(new TextDecoder().decode(plain.body));
    });
  }
});

describe("a long stream", () => {
  before(async () => {
    const insert = "INSERT INTO large (list, id, filling) VALUES ('l', ?, ?)";
    const ids = Array.from({ length: LARGE_ROWS }, (_, id) => id);
    for (let start = 0; start < ids.length; start += 200) {
      await Promise.all(
        ids.slice(start, start + 200).map((id) =>
          service.client.execute(insert, [id, FILLING], { prepare: true })
        ),
      );
    }
  });

  const headers = { accept: NDJSON, "accept-encoding": "identity" };
  const statements = () =>
    service.observations.filter((each) => each.kind === "statement" && each.query === "list_large")
      .length;
  type RequestEnd = Extract<Observation, { kind: "request" }>;
  const ends = () =>
    service.observations.filter((each): each is RequestEnd =>
      each.kind === "request" && each.route === "/large/{list}"
    );
  const nextEnd = (count: number) =>
    eventually("the end of the request", () => ends().length > count && ends().at(-1));
  /** Waits until nothing has been read for a while. */
  const stalled = async () => {
    let before = -1;
    while (statements() !== before) {
      before = statements();
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    return before;
  };

  it("is read no faster than it is taken", async () => {
    const before = statements();
    const response = await get("/large/l", headers);
    const reader = response.body!.getReader();
    await reader.read();
    await eventually("it reads ahead", () => statements() - before >= 2);
    const read = await stalled() - before;
    expect(read).toBeLessThan(LARGE_PAGES / 2);
    let bytes = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes += chunk.value.length;
    }
    expect(bytes).toBeGreaterThan(LARGE_ROWS * FILLING.length);
    expect(statements() - before).toBeGreaterThanOrEqual(LARGE_PAGES);
  });

  it("is read no further once its caller has left", async () => {
    const [before, ended] = [statements(), ends().length];
    const response = await get("/large/l", headers);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    const end = await nextEnd(ended);
    expect([end.status, end.completed]).toEqual([200, false]);
    expect(await stalled() - before).toBeLessThan(LARGE_PAGES / 2);
  });

  it("breaks where the reading fails, and says why in the log", async () => {
    const ended = ends().length;
    const response = await get("/large/l", headers);
    const reader = response.body!.getReader();
    await reader.read();
    await stalled();
    await service.client.execute("DROP TABLE large");
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toThrow();
    const end = await nextEnd(ended);
    expect([end.status, end.completed]).toEqual([200, false]);
    expect(end.code).not.toBeNull();
    expect(String(end.cause)).toMatch(/large|unprepared|id/i);
  });
});

describe("A stream that fails on its second page", () => {
  before(async () => {
    const insert = "INSERT INTO ratios (list, id, divisor) VALUES ('l', ?, ?)";
    for (let start = 0; start <= ROWS_PER_PAGE; start += 100) {
      const queries = Array.from({ length: 100 }, (_, index) => start + index)
        .map((id) => ({ query: insert, params: [id, id < ROWS_PER_PAGE ? 1 : 0] }));
      await service.client.batch(queries, { prepare: true, logged: false });
    }
  });

  const WHOLE_ROWS: Record<string, string> = {
    [NDJSON]: Array.from({ length: ROWS_PER_PAGE }, (_, id) => `{"id":${id},"ratio":${id}}\n`)
      .join(""),
    [CSV]: `id,ratio\r\n${
      Array.from({ length: ROWS_PER_PAGE }, (_, id) => `${id},${id}\r\n`).join("")
    }`,
  };
  const UNFINISHED: Record<string, string> = { [NDJSON]: '{"', [CSV]: ',"' };

  for (const accept of [NDJSON, CSV]) {
    it(`ends unfinished over HTTP/1.0, as ${accept}`, async () => {
      const { body } = await rawGet("/ratios/l", { accept });
      expect(new TextDecoder().decode(body)).toBe(`${WHOLE_ROWS[accept]}${UNFINISHED[accept]}`);
    });

    it(`cannot be unpacked whole over HTTP/1.0, as ${accept} in gzip`, async () => {
      const { encoding, body } = await rawGet("/ratios/l", { accept, "accept-encoding": "gzip" });
      expect(encoding).toBe("gzip");
      const unpacked = new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip"));
      await expect(new Response(unpacked).text()).rejects.toThrow();
    });

    for (const coding of ["identity", "gzip"]) {
      it(`breaks over HTTP/1.1, as ${accept} in ${coding}`, async () => {
        const response = await get("/ratios/l", { accept, "accept-encoding": coding });
        expect(response.status).toBe(200);
        await expect(response.text()).rejects.toThrow();
      });
    }
  }
});

/** A response's body as it is on the wire, which `fetch` would decompress. */
async function rawGet(
  path: string,
  headers: Record<string, string>,
): Promise<{ encoding: string | null; body: Uint8Array<ArrayBuffer> }> {
  const { hostname, port } = new URL(service.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = Object.entries({ host: hostname, connection: "close", ...headers });
  const request = `GET ${path} HTTP/1.0\r\n${
    lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  }\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(await new Response(connection.readable).arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes);
  const headEnd = text.indexOf("\r\n\r\n");
  const encoding = /^content-encoding: (.*)$/im.exec(text.slice(0, headEnd))?.[1] ?? null;
  return { encoding, body: bytes.slice(headEnd + 4) };
}
