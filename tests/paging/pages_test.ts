/**
 * Pages and their cursors: every row once whatever the size of the pages, and no cursor that does
 * anything but go on with the request that it was given to.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { readConfig } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import { problemOf } from "../support/harness.ts";
import {
  createCqlFolder,
  type OwnService,
  type Page,
  readPages,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const { responseErrorCodes } = cassandra.types;

const CQL = {
  migration: `
CREATE TABLE numbers (owner text, list text, n int, PRIMARY KEY ((owner, list), n));
CREATE TABLE texts (list text, word text, PRIMARY KEY ((list), word));
CREATE TABLE encoded (list text, n int, raw blob, PRIMARY KEY ((list), n));
`,
  queries: `
-- name: list_numbers :many
-- @route GET /lists/{list}
-- @scope stations:read
-- @param owner in claim:tenant
-- @page size=4 max=20
SELECT n FROM numbers WHERE owner = :owner AND list = :list;

-- name: list_numbers_from :many
-- @route GET /lists/{list}/from
-- @scope stations:read
-- @param owner in claim:tenant
-- @page size=4 max=20
SELECT n FROM numbers WHERE owner = :owner AND list = :list AND n >= :least;

-- name: find_numbers_from :many
-- @route POST /lists/{list}/from
-- @scope stations:read
-- @param owner in claim:tenant
-- @page size=4 max=20
SELECT n FROM numbers WHERE owner = :owner AND list = :list AND n >= :least;

-- name: shared_numbers :many
-- @route GET /shared/{list}
-- @scope stations:read
-- @page size=4 max=20
SELECT n FROM numbers WHERE owner = 'acme' AND list = :list;

-- name: all_numbers :many
-- @route GET /numbers
-- @public
SELECT owner, list, n FROM numbers;

-- name: list_words :many
-- @route GET /words/{list}
-- @public
-- @page size=1 max=2
SELECT word FROM texts WHERE list = :list;

-- name: list_decoded :many
-- @route GET /decoded/{list}
-- @public
-- @page size=20 max=200
SELECT n, blob_as_int(raw) AS decoded FROM encoded WHERE list = :list;
`,
};

const COUNT = 23;
const NUMBERS = Array.from({ length: COUNT }, (_, n) => ({ n }));
const LONG_BYTES = 30_000;
const WORDS = ["a", "b", "c"].map((letter) => letter.repeat(LONG_BYTES));
const newKey = () => crypto.getRandomValues(new Uint8Array(32)).toBase64();
const [OLD_KEY, NEW_KEY] = [newKey(), newKey()];

let service: OwnService;
let replica: Service;
let rotated: Service;
let nextRelease: Service;
const stack = new AsyncDisposableStack();

before(async () => {
  service = stack.use(await startOwnService(CQL, { env: { CURSOR_KEY: OLD_KEY } }));
  const insert = (statement: string, values: unknown[]) =>
    service.client.execute(statement, values, { prepare: true });
  const INSERT_NUMBER = "INSERT INTO numbers (owner, list, n) VALUES (?, ?, ?)";
  await Promise.all([
    ...NUMBERS.flatMap(({ n }) => [
      insert(INSERT_NUMBER, ["acme", "a", n]),
      insert(INSERT_NUMBER, ["acme", "b", n]),
      insert(INSERT_NUMBER, ["globex", "a", n]),
    ]),
    ...WORDS.map((word) => insert("INSERT INTO texts (list, word) VALUES (?, ?)", ["long", word])),
  ]);
  const another = async (key: string, queries = CQL.queries) => {
    const folder = stack.use(await createCqlFolder({ ...CQL, queries }));
    const env = { ...service.env, CQL_DIR: folder.path, CURSOR_KEY: key };
    const other = await start(readConfig(env));
    stack.defer(() => other.close());
    await other.ready;
    return other;
  };
  replica = await another(OLD_KEY);
  rotated = await another(`${NEW_KEY},${OLD_KEY}`);
  nextRelease = await another(
    OLD_KEY,
    CQL.queries
      .replace(
        "SELECT n FROM numbers WHERE owner = :owner AND list = :list;",
        "select  N -- in order\n FROM Numbers\n WHERE owner=:owner /* of the caller */ and list = :list ;",
      )
      .replace("n >= :least", "n > :least"),
  );
});
after(() => stack.disposeAsync());

/** The cursor of the first page. */
async function cursorOf(path: string, options: { at?: Service; user?: string } = {}) {
  const { at = service, ...request } = options;
  const { next_cursor } = await succeed<Page<unknown>>(service.request(at.url + path, request));
  expect(next_cursor).not.toBeNull();
  return next_cursor!;
}

describe("a page", () => {
  for (let size = 1; size <= 20; size++) {
    it(`of ${size} is full, and all of them are the whole list`, async () => {
      const pages = await readPages(service, `/lists/a?limit=${size}`);
      expect(pages.flat()).toEqual(NUMBERS);
      expect(pages.slice(0, -1).every((page) => page.length === size)).toBe(true);
    });
  }

  it("has as many rows as the query says, where the caller does not", async () => {
    expect((await readPages(service, "/lists/a")).map(({ length }) => length))
      .toEqual([4, 4, 4, 4, 4, 3]);
  });

  it("goes over partitions", async () => {
    for (const limit of [7, 23, 69, 70]) {
      const rows = (await readPages(service, `/numbers?limit=${limit}`)).flat();
      expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(3 * COUNT);
      expect(rows).toHaveLength(3 * COUNT);
    }
  });

  it("may be of another size than the one before", async () => {
    const cursor = await cursorOf("/lists/a?limit=3");
    const next = await succeed<Page<unknown>>(
      service.request(`/lists/a?limit=5&cursor=${cursor}`),
    );
    expect(next.items).toEqual(NUMBERS.slice(3, 8));
  });

  it("has no link that is too long for a header, and still a cursor", async () => {
    for (const [length, hasLink] of [[2_500, true], [3_000, false]] as const) {
      const list = "x".repeat(length);
      for (const word of ["a", "b"]) {
        await service.client.execute("INSERT INTO texts (list, word) VALUES (?, ?)", [list, word]);
      }
      const response = await service.request(`/words/${list}`);
      expect(response.headers.has("link")).toBe(hasLink);
      const { next_cursor: cursor }: Page<unknown> = await response.json();
      const next = succeed<Page<unknown>>(service.request(`/words/${list}?cursor=${cursor}`));
      expect((await next).items).toEqual([{ word: "b" }]);
    }
  });

  it("has a link to the next one, and the last page none", async () => {
    const sizes: number[] = [];
    let path: string | undefined = "/lists/a/from?least=3&limit=10";
    while (path !== undefined) {
      const response: Response = await service.request(path);
      sizes.push((await response.json()).items.length);
      const link: string | null = response.headers.get("link");
      if (link !== null) expect(link).toMatch(/^<\/lists\/a\/from\?[^>]+>; rel="next"$/);
      path = link?.slice(1, link.indexOf(">"));
    }
    // Cassandra knows that none are left only once it has looked.
    expect(sizes).toEqual([10, 10, 0]);
  });

  it("has no link where it was read by POST, and goes on by its cursor", async () => {
    const ask = (query: string) =>
      service.request(`/lists/a/from?limit=10${query}`, { method: "POST", json: { least: 3 } });
    const response = await ask("");
    const { items, next_cursor: cursor }: Page<unknown> = await response.json();
    expect([response.status, response.headers.get("link")]).toEqual([200, null]);
    const next = await succeed<Page<unknown>>(ask(`&cursor=${cursor}`));
    expect([...items, ...next.items]).toEqual(NUMBERS.slice(3));
    const { paths } = await succeed<{
      paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>>;
    }>(service.request("/openapi.json"));
    const headersOf = (method: string) =>
      Object.keys(paths["/lists/{list}/from"]![method]!.responses["200"]!.headers ?? {});
    expect([headersOf("get"), headersOf("post")]).toEqual([["Link"], []]);
  });

  for (const limit of ["0", "21", "-1", "1.5", "", "1e1", "%2B1", "x", "99999999999"]) {
    it(`has no limit "${limit}"`, async () => {
      const { status, errors } = await problemOf(await service.request(`/lists/a?limit=${limit}`));
      expect([status, errors]).toEqual([422, [{
        pointer: "/query/limit",
        detail: "Expected an integer from 1 to 20",
      }]]);
    });
  }

  it("fails for what is stored, wherever that is in it, and not for a cursor", async () => {
    const UNREADABLE = 140;
    for (let n = 0; n <= UNREADABLE; n++) {
      const raw = n === UNREADABLE ? "0x01" : "0x00000001";
      await service.client.execute(
        `INSERT INTO encoded (list, n, raw) VALUES ('a', ${n}, ${raw})`,
      );
    }
    const codeOf = async (path: string) => {
      const { status, code, errors } = await problemOf(await service.request(path));
      return { status, code, errors };
    };
    const failed = { status: 500, code: "function_failed", errors: undefined };
    // The first page of a query is read in several parts.
    expect(await codeOf("/decoded/a?limit=200")).toEqual(failed);
    const { next_cursor: cursor } = await succeed<Page<unknown>>(
      service.request("/decoded/a?limit=100"),
    );
    expect(await codeOf(`/decoded/a?limit=100&cursor=${cursor}`)).toEqual(failed);
    // The operator learns which function it was, and not what is stored.
    const causes = service.observations.flatMap((each) =>
      each.kind === "request" && each.code === "function_failed" ? [Deno.inspect(each.cause)] : []
    );
    expect(causes).toHaveLength(2);
    for (const cause of causes) {
      expect(cause).toContain("system.blob_as_int");
      expect(cause).not.toContain("0x01");
    }
  });

  it("has one limit and one cursor", async () => {
    for (const query of ["limit=1&limit=1", "cursor=a&cursor=a"]) {
      const { status } = await problemOf(await service.request(`/lists/a?${query}`));
      expect([query, status]).toEqual([query, 422]);
    }
  });
});

describe("a cursor", () => {
  const goOn = (at: Service, cursor: string) =>
    service.request(`${at.url}/lists/a?cursor=${cursor}`);
  const second = NUMBERS.slice(4, 8);

  it("is good at every replica", async () => {
    const fromOne = await succeed<Page<unknown>>(goOn(replica, await cursorOf("/lists/a")));
    expect(fromOne.items).toEqual(second);
    const back = await succeed<Page<unknown>>(goOn(service, fromOne.next_cursor!));
    expect(back.items).toEqual(NUMBERS.slice(8, 12));
  });

  it("is good at a release whose statement is written in another way", async () => {
    const fromHere = await succeed<Page<unknown>>(goOn(nextRelease, await cursorOf("/lists/a")));
    expect(fromHere.items).toEqual(second);
    const fromThere = await cursorOf("/lists/a", { at: nextRelease });
    expect((await succeed<Page<unknown>>(goOn(service, fromThere))).items).toEqual(second);
  });

  it("is not good at a release whose statement is another", async () => {
    const cursor = await cursorOf("/lists/a/from?least=0");
    const path = `/lists/a/from?least=0&cursor=${cursor}`;
    const { status, code } = await problemOf(await service.request(nextRelease.url + path));
    expect([status, code]).toEqual([400, "invalid_cursor"]);
  });

  it("outlives the rotation of its key", async () => {
    const cursor = await cursorOf("/lists/a");
    expect((await succeed<Page<unknown>>(goOn(rotated, cursor))).items).toEqual(second);
  });

  it("of a new key is not good where that is not known", async () => {
    const cursor = await cursorOf("/lists/a", { at: rotated });
    const { status, code } = await problemOf(await goOn(service, cursor));
    expect([status, code]).toEqual([400, "invalid_cursor"]);
  });

  it("is never the same twice", async () => {
    expect(await cursorOf("/lists/a")).not.toBe(await cursorOf("/lists/a"));
  });

  type Change = (cursor: string) => string | Promise<string>;
  const replaceAt = (cursor: string, index: number) =>
    cursor.slice(0, index) + (cursor[index] === "A" ? "B" : "A") + cursor.slice(index + 1);
  const REFUSED: Readonly<Record<string, Change>> = {
    "that is truncated": (cursor) => cursor.slice(0, -4),
    "that is longer": (cursor) => `${cursor}AAAA`,
    "of another version": (cursor) => replaceAt(cursor, 0),
    "with another nonce": (cursor) => replaceAt(cursor, 8),
    "with another position": (cursor) => replaceAt(cursor, Math.floor(cursor.length / 2)),
    "with another tag": (cursor) => replaceAt(cursor, cursor.length - 3),
    "in another alphabet": (cursor) => `${cursor}=`,
    "that is empty": () => "",
    "that is nothing of the kind": () => "next",
    "that is too long": () => "A".repeat(12_000),
    "of other parameters": () => cursorOf("/lists/b"),
    "of another query": () => cursorOf("/lists/a/from?least=0"),
    "of another tenant": () => cursorOf("/lists/a", { user: "reader" }),
  };
  for (const [name, change] of Object.entries(REFUSED)) {
    it(`${name} is refused`, async () => {
      const cursor = await change(await cursorOf("/lists/a"));
      const before = statements();
      const problem = await problemOf(await goOn(service, cursor));
      expect([problem.status, problem.code]).toEqual([400, "invalid_cursor"]);
      expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(["/query/cursor"]);
      expect(statements()).toBe(before);
    });
  }

  it("of another caller is refused, even where both may read the same", async () => {
    const cursor = await cursorOf("/shared/a");
    const path = `/shared/a?cursor=${cursor}`;
    const { code } = await problemOf(await service.request(path, { user: "reader" }));
    expect(code).toBe("invalid_cursor");
    const own = await succeed<Page<unknown>>(service.request(path));
    expect(own.items).toEqual(second);
  });

  it("that Cassandra cannot read is a mistake of the protocol to it, not of the values", async () => {
    const cql = "SELECT n FROM numbers WHERE owner = 'acme' AND list = 'a'";
    const { pageState } = await service.client.execute(cql, [], { prepare: true, fetchSize: 2 });
    for (const unreadable of ["ff".repeat(9), pageState.slice(0, -4), `${pageState}0000`]) {
      const options = { prepare: true, fetchSize: 2, pageState: unreadable };
      const error = await service.client.execute(cql, [], options).catch((thrown) => thrown);
      expect([unreadable, error.code]).toEqual([unreadable, responseErrorCodes.protocolError]);
    }
  });

  it("does not tell what it holds", async () => {
    const bytes = Uint8Array.fromBase64(await cursorOf("/lists/a"), { alphabet: "base64url" });
    expect(new TextDecoder("latin1").decode(bytes)).not.toMatch(/acme|numbers/);
  });

  it("fits into a URL, however long the keys are", async () => {
    const cursor = await cursorOf("/words/long");
    expect(cursor.length).toBeLessThan(2_000);
    const words = (await readPages<{ word: string }>(service, "/words/long")).flat();
    expect(words.map(({ word }) => word)).toEqual(WORDS);
    const next = await succeed<Page<{ word: string }>>(
      service.request(`${replica.url}/words/long?cursor=${cursor}`),
    );
    expect(next.items.map(({ word }) => word)).toEqual([WORDS[1]]);
  });

  it("too long for a URL is kept once, however often its page is asked for", async () => {
    const count = async () => {
      const { rows } = await service.client.execute("SELECT id FROM cqlgate_cursors");
      return rows.length;
    };
    const cursor = await cursorOf("/words/long");
    const kept = await count();
    const others = await Promise.all(Array.from({ length: 5 }, () => cursorOf("/words/long")));
    expect(new Set(others)).toEqual(new Set([cursor]));
    expect(await count()).toBe(kept);
    // Nobody else can use its name.
    const { code } = await problemOf(await service.request(`/words/other?cursor=${cursor}`));
    expect(code).toBe("invalid_cursor");
  });

  function statements(): number {
    return service.observations.filter(({ kind }) => kind === "statement").length;
  }
});
