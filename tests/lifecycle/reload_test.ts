/**
 * Queries that change while the service runs: what is served then, what requests that are under way get,
 * and what operators are told of files that cannot be served.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, beforeEach, describe, it } from "@std/testing/bdd";
import { readConfig } from "../../config/config.ts";
import { start } from "../../composition/service.ts";
import type { Observation, ObservationOf } from "../../observe/observation.ts";
import { migrate } from "../../tasks/migrate.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { problemOf, startTestService, type TestService } from "../support/harness.ts";
import { type Files, type MountedProject, mountProject } from "./mounted_project.ts";
import { succeed } from "../support/own_service.ts";
import { spawnService } from "../support/programs.ts";

const ITEMS = `-- name: list_items :many
-- @route GET /items/{list}
-- @public
SELECT id, text FROM items WHERE list = :list;
`;
const COUNT = `-- name: count_items :one
-- @route GET /counts/{list}
-- @public
SELECT count(*) AS items FROM items WHERE list = :list;
`;
const WHOLE = `-- name: whole_items :many
-- @route GET /whole/{list}
-- @public
SELECT * FROM items WHERE list = :list;
`;

const BASE = {
  "migrations/0001_items.cql":
    "CREATE TABLE items (list text, id int, text text, PRIMARY KEY ((list), id));\n",
  "queries/items.cql": ITEMS,
};

const stack = new AsyncDisposableStack();
let project: MountedProject;
let service: TestService;
before(async () => {
  project = stack.use(await mountProject(BASE));
  service = stack.use(
    await startTestService({
      cqlDir: project.path,
      env: { CQL_RELOAD: "watch", RELOAD_INTERVAL_MS: "100" },
    }),
  );
  const rows = Array.from({ length: 400 }, (_, id) => ["long", id, "x".repeat(20_000)]);
  await Promise.all(
    [...rows, ...[1, 2, 3, 4].map((id) => ["short", id, "y"])].map((values) =>
      service.client.execute("INSERT INTO items (list, id, text) VALUES (?, ?, ?)", values, {
        prepare: true,
      })
    ),
  );
});
after(() => stack.disposeAsync());
beforeEach(() => serve(BASE));

function reloads(): ObservationOf<"reload">[] {
  return service.observations.filter((each) => each.kind === "reload");
}

/** Mounts files, and resolves to what became of them. */
async function remount(files: Files): Promise<ObservationOf<"reload">> {
  const seen = reloads().length;
  await project.mount(files);
  return await eventually("the service has noticed", () => reloads()[seen]);
}

async function serve(files: Files): Promise<ObservationOf<"reload">> {
  const reload = await remount(files);
  expect(reload).toMatchObject({ succeeded: true });
  return reload;
}

const statusOf = async (path: string) => {
  const response = await service.request(path, { user: null });
  await response.body?.cancel();
  return response.status;
};

/** The paths of the OpenAPI document. */
async function documented(): Promise<Record<string, unknown>> {
  const { paths } = await succeed<{ paths: Record<string, unknown> }>(
    service.request("/openapi.json"),
  );
  return paths;
}

async function told(): Promise<{ metrics: string; reload: Record<string, unknown> }> {
  const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
  const response = await fetch(`${service.adminUrl}/readyz?verbose`);
  expect(response.status).toBe(200);
  return { metrics, reload: (await response.json()).reload };
}

describe("Files that change under a running service", () => {
  it("are served whole: routes, and the document of them", async () => {
    expect(await statusOf("/counts/short")).toBe(404);
    expect(await serve({ ...BASE, "queries/counts.cql": COUNT })).toMatchObject({
      isFirst: false,
      changes: { added: ["count_items"], changed: [], removed: [] },
    });
    expect(await succeed(service.request("/counts/short"))).toEqual({ items: "4" });
    expect(Object.keys(await documented())).toContain("/counts/{list}");

    const renamed = ITEMS.replace("/items/", "/things/");
    expect(await serve({ ...BASE, "queries/items.cql": renamed })).toMatchObject({
      changes: { added: [], changed: ["list_items"], removed: ["count_items"] },
    });
    expect([await statusOf("/counts/short"), await statusOf("/items/short")]).toEqual([404, 404]);
    expect(await statusOf("/things/short")).toBe(200);
    expect(Object.keys(await documented()).filter((path) => path !== "/")).toEqual([
      "/things/{list}",
    ]);
  });

  it("leave cursors as they are where the query is the same", async () => {
    type Page = { items: { id: number }[]; next_cursor: string };
    const first = await succeed<Page>(service.request("/items/short?limit=2"));
    await serve({ ...BASE, "queries/counts.cql": COUNT });
    const path = `/items/short?limit=2&cursor=${first.next_cursor}`;
    const second = await succeed<Page>(service.request(path));
    expect([first, second].flatMap(({ items }) => items.map(({ id }) => id))).toEqual([1, 2, 3, 4]);
    await serve({ ...BASE, "queries/items.cql": ITEMS.replace("id, text", "id") });
    expect(await statusOf(path)).toBe(400);
  });

  it("have another entity tag for a row that has not changed, and is answered in another way", async () => {
    const select = (columns: string) =>
      `-- name: get_item :one
-- @route GET /items/{list}/{id}
-- @public
-- @etag id
SELECT ${columns} FROM items WHERE list = :list AND id = :id;
`;
    const read = (tag = '""') =>
      service.request("/items/short/1", { user: null, headers: { "if-none-match": tag } });
    await serve({ ...BASE, "queries/item.cql": select("id") });
    const before = await read();
    expect([before.status, await before.json()]).toEqual([200, { id: 1 }]);
    const tag = before.headers.get("etag")!;
    expect((await read(tag)).status).toBe(304);
    await serve({ ...BASE, "queries/item.cql": select("id, text") });
    const after = await read(tag);
    expect([after.status, await after.json()]).toEqual([200, { id: 1, text: "y" }]);
    await serve({ ...BASE, "queries/item.cql": select("id") });
    expect((await read(tag)).status).toBe(304);
  });

  it("let what is under way finish as it began", async () => {
    const streaming = await service.request("/items/long", {
      user: null,
      headers: { accept: "application/x-ndjson" },
    });
    await serve({ ...BASE, "queries/items.cql": COUNT });
    expect(await statusOf("/items/long")).toBe(404);
    const lines = (await streaming.text()).trim().split("\n");
    expect(lines).toHaveLength(400);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ id: 399 });
  });
});

describe("Files that cannot be served", () => {
  const BROKEN: Files = {
    ...BASE,
    "queries/counts.cql": COUNT,
    "queries/wrong.cql": "-- name: wrong :many\n-- @rout GET /wrong\nSELECT id FROM items;\n",
  };

  it("are reported, and change nothing", async () => {
    const before = await documented();
    const reload = await remount(BROKEN);
    expect(reload).toMatchObject({
      succeeded: false,
      cause: { message: expect.stringContaining('wrong.cql:2:4: Unknown tag "@rout"') },
    });
    expect(await documented()).toEqual(before);
    expect([await statusOf("/items/short"), await statusOf("/counts/short")]).toEqual([200, 404]);
    const { metrics, reload: status } = await told();
    expect(metrics).toContain("\ncqlgate_reload_ok 0\n");
    expect(status).toEqual({
      ok: false,
      at: expect.any(String),
      reason: expect.stringContaining('Unknown tag "@rout"'),
    });
  });

  it("are reported once, and served once they are right", async () => {
    const startedAt = Date.now() / 1000;
    await remount(BROKEN);
    const seen = reloads().length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(reloads()).toHaveLength(seen);
    await serve({ ...BASE, "queries/counts.cql": COUNT });
    expect(await statusOf("/counts/short")).toBe(200);
    const { metrics, reload } = await told();
    expect(metrics).toContain("\ncqlgate_reload_ok 1\n");
    const [, at] = /^cqlgate_reload_success_timestamp_seconds (\S+)$/m.exec(metrics)!;
    expect(Number(at)).toBeGreaterThanOrEqual(startedAt);
    expect(reload).toMatchObject({ ok: true, reason: null });
  });

  it("do not keep what is served from following the schema, and come in when it lets them", async () => {
    const files: Files = {
      ...BASE,
      "queries/items.cql": WHOLE,
    };
    await serve(files);
    const ahead: Files = {
      ...files,
      "migrations/0002_notes.cql": "CREATE TABLE notes (id int PRIMARY KEY);\n",
      "queries/notes.cql":
        "-- name: get_note :one\n-- @route GET /notes/{id}\n-- @public\nSELECT id FROM notes WHERE id = :id;\n",
    };
    expect(await remount(ahead)).toMatchObject({ succeeded: false });
    expect(await statusOf("/notes/1")).toBe(404);
    await service.client.execute("ALTER TABLE items ADD colour text");
    await eventually(
      "the document has the new column",
      async () =>
        JSON.stringify(await (await service.request("/openapi.json")).json()).includes("colour"),
    );
    expect(await statusOf("/whole/short")).toBe(200);
    await migrate(readConfig(service.env), { log: () => {} });
    await eventually("the files are served", () => {
      const last = reloads().at(-1)!;
      return last.succeeded && last.changes.added.includes("get_note");
    });
    expect(await statusOf("/whole/short")).toBe(200);
    expect(await problemOf(await service.request("/notes/1"))).toMatchObject({ code: "not_found" });
  });

  it("may be all files", async () => {
    await Deno.rename(`${project.path}/queries`, `${project.path}/.queries`);
    await eventually("it is reported", () => reloads().at(-1)!.succeeded === false);
    expect(await statusOf("/items/short")).toBe(200);
    await Deno.rename(`${project.path}/.queries`, `${project.path}/queries`);
    await eventually("it is right again", () => reloads().at(-1)!.succeeded);
  });
});

describe("A process with CQL_RELOAD=signal", () => {
  it("reads its queries again on SIGHUP, and not before", async () => {
    await using own = await mountProject(BASE);
    await using running = await spawnService({
      ...service.env,
      CQL_DIR: own.path,
      CQL_RELOAD: "signal",
    });
    await untilReady(running.url);
    const status = async (path: string) => {
      const response = await fetch(running.url + path);
      await response.body?.cancel();
      return response.status;
    };
    await own.mount({ ...BASE, "queries/counts.cql": COUNT });
    expect(await status("/counts/short")).toBe(404);
    running.kill("SIGHUP");
    await eventually("the new route is served", async () => await status("/counts/short") === 200);
    const line = await eventually(
      "it says so",
      () => running.log.find(({ message }) => `${message}`.startsWith("Serving the changed")),
    );
    expect(line).toMatchObject({ level: "INFO", added: ["count_items"], removed: [] });
    running.kill("SIGHUP");
    await eventually(
      "it says that nothing is to be done",
      () =>
        running.log.some(({ message }) => `${message}`.startsWith("The queries have not changed")),
    );
  });
});

describe("A service with CQL_RELOAD=off", () => {
  it("keeps its queries, even when it is asked", async () => {
    await using own = await mountProject(BASE);
    const observations: Observation[] = [];
    const fixed = await start({ ...service.config, cqlDir: own.path, cqlReload: "off" }, {
      observe: (each) => observations.push(each),
    });
    await fixed.ready;
    await own.mount({ ...BASE, "queries/items.cql": COUNT });
    await fixed.reloadQueries();
    const response = await fetch(`${fixed.url}/items/short`);
    await response.body?.cancel();
    await fixed.close();
    expect(response.status).toBe(200);
    expect(observations.filter(({ kind }) => kind === "reload")).toHaveLength(1);
  });
});
