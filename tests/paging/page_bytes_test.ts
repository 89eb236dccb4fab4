/**
 * Rows of any width: pages end where they are large enough, streams go through all of them, and no
 * request takes much memory, whatever it asks for. What cannot be cut into pages is refused by a code of
 * its own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { readConfig } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import {
  answer,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";
import { peakMemory } from "../support/process_memory.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";
import { untilReady } from "../support/eventually.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";

const CQL = {
  migration: `
CREATE TABLE rows (list text, id int, filling blob, PRIMARY KEY (list, id));
CREATE TABLE days (list text, day date, at timestamp, filling blob, PRIMARY KEY ((list, day), at));
CREATE TABLE places (id int PRIMARY KEY, place vector<float, 2>, filling blob);
CREATE INDEX places_by_place ON places (place) USING 'sai';
`,
  queries: `
-- name: list_rows :many
-- @route GET /rows/{list}
-- @public
-- @page size=100 max=2500
SELECT id, filling FROM rows WHERE list = :list;

-- name: kept_rows :many
-- @route GET /kept/{list}
-- @public
-- @cache ttl=86400s
-- @page size=100 max=1000
SELECT id, filling FROM rows WHERE list = :list;

-- name: count_rows :one
-- @route GET /rows/{list}/count
-- @public
SELECT count(*) AS count FROM rows WHERE list = :list;

-- name: count_listed :many
-- @route GET /rows/{list}/counts
-- @public
-- @page size=10 max=100
SELECT count(*) AS count, max(filling) AS widest FROM rows WHERE list = :list;

-- name: one_row :one
-- @route GET /rows/{list}/{id}
-- @public
SELECT id, filling FROM rows WHERE list = :list AND id = :id;

-- name: any_row :one
-- @route GET /any/{list}
-- @public
SELECT id, filling FROM rows WHERE list = :list;

-- name: add_row :applied
-- @route POST /rows/{list}
-- @public
INSERT INTO rows (list, id) VALUES (:list, :id) IF NOT EXISTS;

-- name: rows_of_lists :many
-- @route GET /lists
-- @public
-- @param lists in query max=10
-- @param count in query max=1000
SELECT id, filling FROM rows WHERE list IN :lists ORDER BY id LIMIT :count;

-- name: walk_days :many
-- @route GET /days/{list}
-- @public
-- @walk day from=:since to=:until order=asc by=day max=100
-- @page size=100 max=1000
SELECT at, filling FROM days WHERE list = :list AND day = :day AND at >= :since AND at < :until;

-- name: nearest :many
-- @route GET /nearest
-- @public
-- @param count in query max=100
SELECT id, filling FROM places ORDER BY place ANN OF :place LIMIT :count;
`,
};

const NDJSON = "application/x-ndjson";
const MEGABYTE = 1_000_000;
const DAYS = 12;

interface Item {
  readonly id: number;
  readonly filling: string;
}

let service: OwnService;
/** The same queries with pages of 64 KiB. */
let narrow: Service;
/** The same queries in a process of its own. */
let program: ServiceProcess;

before(async () => {
  service = await startOwnService(CQL, { routes: ["rows/all_rows"] });
  narrow = await start(readConfig({ ...service.env, MAX_PAGE_BYTES: "65536" }));
  await narrow.ready;
  // Its hand-written route is outside the project.
  const fixtures = fileURLToPath(new URL("../fixtures/routes/", import.meta.url));
  const args = taskArguments("start", service.env).map((arg) =>
    arg.startsWith("--allow-read=") ? `${arg},${fixtures}` : arg
  );
  program = await spawnService(service.env, { args });
  await untilReady(program.url);
});
after(async () => {
  await program?.[Symbol.asyncDispose]();
  await narrow?.close();
  await service?.[Symbol.asyncDispose]();
});

async function fill(list: string, sizes: readonly number[]): Promise<void> {
  const insert = "INSERT INTO rows (list, id, filling) VALUES (?, ?, ?)";
  const options = { prepare: true };
  for (let start = 0; start < sizes.length; start += 10) {
    await Promise.all(
      sizes.slice(start, start + 10).map((size, index) =>
        service.client.execute(insert, [list, start + index, Buffer.alloc(size)], options)
      ),
    );
  }
}

/** Pages by the URL of the first, as the ids and the bytes of each. */
async function pagesOf(url: string): Promise<{ ids: number[]; bytes: number }[]> {
  const pages: { ids: number[]; bytes: number }[] = [];
  let cursor: string | null = null;
  do {
    const from: URL = new URL(url);
    if (cursor !== null) from.searchParams.set("cursor", cursor);
    const page: Page<Item> = await succeed<Page<Item>>(service.request(from.href));
    const bytes = page.items.reduce((sum, { filling }) => sum + filling.length * 3 / 4, 0);
    pages.push({ ids: page.items.map(({ id }) => id), bytes });
    cursor = page.next_cursor;
  } while (cursor !== null);
  return pages;
}

const upTo = (count: number) => Array.from({ length: count }, (_, id) => id);

describe("a page", () => {
  it("ends where the next row does not fit, and the next page goes on from there", async () => {
    await fill("medium", Array(50).fill(20_000));
    const pages = await pagesOf(`${narrow.url}/rows/medium?limit=40`);
    expect(pages.flatMap(({ ids }) => ids)).toEqual(upTo(50));
    for (const { ids, bytes } of pages) {
      expect([ids.length <= 3, bytes <= 65536]).toEqual([true, true]);
    }
    expect(pages.length).toBeLessThan(25);
  });

  const MIXTURES: [string, number[]][] = [
    ["narrow rows before wide ones", [...Array(200).fill(10), ...Array(20).fill(30_000)]],
    ["wide rows before narrow ones", [...Array(20).fill(30_000), ...Array(200).fill(10)]],
    ["a row beyond a page among narrow ones", [
      ...Array(30).fill(10),
      300_000,
      ...Array(30).fill(10),
    ]],
    ["rows that are all beyond a page", Array(5).fill(200_000)],
    ["a wide row in each third place", upTo(60).map((id) => id % 3 === 0 ? 50_000 : 100)],
    ["rows of just half a page", Array(9).fill(32_700)],
  ];
  for (const [what, sizes] of MIXTURES) {
    it(`has every row once, with ${what}`, async () => {
      const list = what.replaceAll(" ", "-");
      await fill(list, sizes);
      for (const limit of [1, 7, 2500]) {
        const pages = await pagesOf(`${narrow.url}/rows/${list}?limit=${limit}`);
        expect(pages.flatMap(({ ids }) => ids)).toEqual(upTo(sizes.length));
        for (const { ids, bytes } of pages) expect(ids.length === 1 || bytes <= 65536).toBe(true);
      }
      const headers = { accept: NDJSON };
      const text = await (await service.request(`${narrow.url}/rows/${list}`, { headers })).text();
      const ids = text.trimEnd().split("\n").map((line) => (JSON.parse(line) as Item).id);
      expect(ids).toEqual(upTo(sizes.length));
    });
  }

  it("has as many rows as it is asked for where they are narrow, from the second request on", async () => {
    await fill("tiny", Array(300).fill(1));
    const [first] = await pagesOf(`${narrow.url}/rows/tiny?limit=250`);
    expect(first!.ids.length).toBe(250);
    const before = statements("list_rows");
    await succeed(service.request("/rows/tiny?limit=250"));
    await succeed(service.request("/rows/tiny?limit=250"));
    expect(statements("list_rows") - before).toBeLessThanOrEqual(4);
  });

  it("is found where it is kept, however wide the rows are that were read meanwhile", async () => {
    const sizes = [600, 900, 1_300, 2_000, 3_100];
    for (const size of sizes) await fill(`kept-${size}`, Array(200).fill(size));
    const misses = async () => {
      const { value } = await scrape(narrow.adminUrl);
      return value('cqlgate_cache_reads_total{query="kept_rows",outcome="miss"}');
    };
    const idsOf = async (size: number) =>
      (await pagesOf(`${narrow.url}/kept/kept-${size}`)).map(({ ids }) => ids);
    const kept: number[][][] = [];
    for (const size of sizes) kept.push(await idsOf(size));
    const before = await misses();
    for (const index of [4, 0, 2, 2, 1, 3, 0, 4, 4, 1, 0, 3, 3, 2, 4, 1, 1, 0, 2, 3]) {
      expect([index, await idsOf(sizes[index]!)]).toEqual([index, kept[index]]);
    }
    expect(await misses()).toBe(before);
  });

  it("counts at the pace that Cassandra chooses", async () => {
    const before = statements("count_rows");
    expect(await succeed(service.request("/rows/tiny/count"))).toEqual({ count: "300" });
    expect(statements("count_rows") - before).toBe(1);
  });

  it("counts at the same pace where a page is asked for, however small", async () => {
    // How often the node has read the table, over all of its partitions.
    const reads = async () => {
      const { rows: [row] } = await service.client.execute(
        "SELECT count FROM system_views.local_read_latency WHERE keyspace_name = ? AND table_name = 'rows' ALLOW FILTERING",
        [service.config.keyspace],
        { prepare: true },
      );
      return Number(row!.count);
    };
    const before = await reads();
    const page = await succeed<Page<{ count: string }>>(
      service.request("/rows/tiny/counts?limit=1"),
    );
    expect([page.items.map(({ count }) => count), page.next_cursor]).toEqual([["300"], null]);
    expect(await reads() - before).toBeLessThanOrEqual(2);
  });

  it("has the row of an aggregate that alone is larger than a page", async () => {
    await fill("wide", [10, 100_000]);
    const { items } = await succeed<Page<{ count: string; widest: string }>>(
      service.request(`${narrow.url}/rows/wide/counts`),
    );
    expect(items.map(({ count, widest }) => [count, Buffer.from(widest, "base64").length]))
      .toEqual([["2", 100_000]]);
  });

  it("goes over the partitions of a walk, whatever they hold", async () => {
    const insert = "INSERT INTO days (list, day, at, filling) VALUES ('walk', ?, ?, ?)";
    const expected: string[] = [];
    for (let day = 0; day < DAYS; day++) {
      // None, then narrow ones, then wide ones.
      const sizes = [[], [10, 20, 30], [40_000, 40_000], [100_000]][day % 4]!;
      for (const [hour, size] of sizes.entries()) {
        const at = new Date(Date.UTC(2010, 0, 1 + day, hour));
        expected.push(at.toISOString());
        const name = at.toISOString().slice(0, 10);
        const values = [name, at, Buffer.alloc(size)];
        await service.client.execute(insert, values, { prepare: true });
      }
    }
    const range = "since=2010-01-01T00:00:00Z&until=2010-02-01T00:00:00Z";
    for (const limit of [1, 2, 1000]) {
      const found: string[] = [];
      let cursor = "";
      do {
        const page: Page<{ at: string; filling: string }> = await succeed<
          Page<{ at: string; filling: string }>
        >(service.request(`${narrow.url}/days/walk?${range}&limit=${limit}${cursor}`));
        const bytes = page.items.reduce((sum, { filling }) => sum + filling.length * 3 / 4, 0);
        expect(page.items.length <= 1 || bytes <= 65536).toBe(true);
        found.push(...page.items.map(({ at }) => at));
        cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
      } while (cursor !== "");
      expect(found).toEqual(expected);
    }
  });
});

describe("an answer that cannot be cut into pages", () => {
  const code = async (path: string, init = {}) =>
    ((await answer(service.request(`${narrow.url}${path}`, init)))[1] as { code: string }).code;

  before(async () => {
    await fill("single", [300_000]);
    await fill("few", Array(20).fill(30_000));
    const insert = "INSERT INTO places (id, place, filling) VALUES (?, [1, 1], ?)";
    for (let id = 0; id < 10; id++) {
      await service.client.execute(insert, [id, Buffer.alloc(50_000)], { prepare: true });
    }
  });

  it("is refused as a row of a :one query", async () => {
    expect(await code("/rows/single/0")).toBe("answer_too_large");
    expect(await code("/rows/nothing/0")).toBe("not_found");
    expect(await succeed(service.request("/rows/single/0"))).toMatchObject({ id: 0 });
  });

  it("is no reason to hide that a :one query found several rows", async () => {
    expect(await code("/any/few")).toBe("too_many_rows");
  });

  it("is refused as an order over several partitions, and fits with a smaller limit", async () => {
    expect(await code("/lists?lists=few&lists=none&count=20")).toBe("answer_too_large");
    const { items } = await succeed<Page<Item>>(
      service.request(`${narrow.url}/lists?lists=few&lists=none&count=2`),
    );
    expect(items.length).toBe(2);
  });

  it("is refused as the nearest vectors, also as a stream", async () => {
    expect(await code("/nearest?place=[1,1]&count=10")).toBe("answer_too_large");
    const headers = { accept: NDJSON };
    expect(await code("/nearest?place=[1,1]&count=10", { headers })).toBe("answer_too_large");
  });

  it("is refused to hand-written routes as it is to others", async () => {
    expect(await code("/all/few")).toBe("answer_too_large");
    expect(await code("/all/single?one")).toBe("answer_too_large");
    expect(await code("/all/few?one")).toBe("too_many_rows");
    expect(await succeed(service.request("/all/few"))).toEqual({ count: 20 });
  });

  it("is no reason to fail a write whose condition did not hold", async () => {
    expect(await code("/rows/single", { method: "POST", json: { id: 0 } })).toBe("not_applied");
  });
});

function statements(query: string): number {
  return service.observations.filter((each) => each.kind === "statement" && each.query === query)
    .length;
}

describe("the memory of a request", () => {
  // The rows alone were kept four times over: as bytes, as text, and as the text of all.
  const BOUND_BYTES = 250 * MEGABYTE;

  async function growthDuring(action: () => Promise<void>): Promise<number> {
    const before = await peakMemory(program.pid);
    await action();
    return await peakMemory(program.pid) - before;
  }

  async function bytesOf(path: string, accept = "application/json"): Promise<number> {
    const headers = { accept };
    const response = await service.request(`${program.url}${path}`, { headers });
    expect(response.status).toBe(200);
    let bytes = 0;
    for await (const chunk of response.body!) bytes += chunk.length;
    return bytes;
  }

  before(async () => {
    await fill("known-narrow", Array(200).fill(10));
    await fill("megabytes", Array(120).fill(MEGABYTE));
    await fill("many", Array(1200).fill(100_000));
  });

  it("is that of a page where 120 rows of a megabyte are asked for, also once rows were narrow", async () => {
    for (let round = 0; round < 3; round++) await bytesOf("/rows/known-narrow?limit=200");
    const growth = await growthDuring(async () => {
      expect(await bytesOf("/rows/megabytes?limit=120")).toBeLessThan(7 * MEGABYTE);
      expect(await bytesOf("/rows/many?limit=2500")).toBeLessThan(7 * MEGABYTE);
    });
    expect(growth).toBeLessThan(BOUND_BYTES);
  });

  it("is that of a few pages where all rows are streamed", async () => {
    const growth = await growthDuring(async () => {
      for (const accept of [NDJSON, "text/csv"]) {
        expect(await bytesOf("/rows/megabytes", accept)).toBeGreaterThan(120 * MEGABYTE);
        expect(await bytesOf("/rows/many", accept)).toBeGreaterThan(120 * MEGABYTE);
      }
    });
    expect(growth).toBeLessThan(BOUND_BYTES);
  });
});
