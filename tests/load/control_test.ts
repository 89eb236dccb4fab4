/**
 * What operators switch off while the service runs: who is refused then, and how; who is not; and what
 * comes of an upload that is under way.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { eventually, untilReady } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService, type TestRequest } from "../support/harness.ts";
import type { TestService } from "../support/harness.ts";
import { held } from "../support/held_requests.ts";
import { spawnService } from "../support/programs.ts";
import { replaceFile } from "../support/replace_file.ts";

const MIGRATION = `CREATE TABLE items (list text, id int, version int, PRIMARY KEY ((list), id));`;

const QUERIES = `
-- @scope stations:read

-- name: list_items :many
-- @route GET /items/{list}
-- @rate 1000/d
SELECT id FROM items WHERE list = :list;

-- name: list_items_above :many
-- @route GET /items/{list}
-- @operation items
SELECT id FROM items WHERE list = :list AND id > :above;

-- name: add_items :exec
-- @route POST /items/{list}
-- @bulk
INSERT INTO items (list, id) VALUES (:list, :id);

-- name: open_items :many
-- @route GET /open/{list}
-- @public
SELECT id FROM items WHERE list = :list;

-- name: all_items :many
SELECT id FROM items WHERE list = :list;

-- name: few_items :many
SELECT id FROM items WHERE list = :list LIMIT 1;

-- name: one_item :one
SELECT id FROM items WHERE list = :list AND id = :id;

-- name: keep_item :exec
INSERT INTO items (list, id) VALUES (:list, :id);

-- name: claim_item :applied
INSERT INTO items (list, id) VALUES (:list, :id) IF NOT EXISTS;
`;

const stack = new AsyncDisposableStack();
let service: TestService;
let path: string;
before(async () => {
  path = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(path));
  await Deno.writeTextFile(path, "{}");
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      cql: { migration: MIGRATION, queries: QUERIES },
      routes: ["rows/count_rows"],
      env: { CONTROL_FILE: path },
    }),
  );
});
after(() => stack.disposeAsync());
afterEach(() => switchOff({}));

async function switchOff(content: object): Promise<void> {
  await replaceFile(path, JSON.stringify(content));
  await service.readControl();
}

/** The status and the code of an answer; null for a code if it is not a problem. */
async function outcomeOf(target: string, options: TestRequest = {}): Promise<unknown[]> {
  const response = await service.request(target, options);
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  const code = isProblem ? (await problemOf(response)).code : null;
  if (!isProblem) await response.body?.cancel();
  return [response.status, code];
}

const post = (json: object = {}): TestRequest => ({ method: "POST", json });
const ON = [200, null];

describe("A service that is read-only", () => {
  it("reads, and refuses every write", async () => {
    await switchOff({ read_only: true, message: "Back at noon" });
    for (const target of ["/items/a", "/items/a?above=1", "/stations"]) {
      expect(await outcomeOf(target)).toEqual(ON);
    }
    const response = await service.request("/items/a", post({ id: 1 }));
    expect(response.headers.get("retry-after")).toBe("60");
    expect(await problemOf(response)).toMatchObject({
      status: 503,
      code: "read_only",
      detail: "Writes are switched off for now: retry later. Back at noon",
    });
    const lines = {
      method: "POST",
      body: '{"id": 1}\n',
      headers: { "content-type": "application/x-ndjson" },
    };
    expect(await outcomeOf("/items/a", lines)).toEqual([503, "read_only"]);
    expect(await outcomeOf("/count_rows/write", post())).toEqual([503, "read_only"]);
    expect(await outcomeOf("/count_rows/many", post())).toEqual(ON);
    expect(await outcomeOf("/livez", { user: null })).toEqual(ON);
    const { items } = await (await service.request("/items/a")).json();
    expect(items).toEqual([]);
    await switchOff({});
    expect(await outcomeOf("/items/a", post({ id: 1 }))).toEqual([204, null]);
  });
});

describe("An upload that is under way", () => {
  for (
    const [what, content, reason] of [
      ["the service is read-only", { read_only: true }, "Writes are switched off"],
      ["its query is off", { queries_off: ["add_items"] }, "This operation is switched off"],
      ["its client is off", { clients_off: ["writer"] }, "This client or tenant is switched off"],
      [
        "its tenant is off",
        { claims_off: { tenant: ["acme"] } },
        "This client or tenant is switched off",
      ],
    ] as const
  ) {
    it(`stops once ${what}, and says up to which line`, async () => {
      const list = `/open/${crypto.randomUUID()}`;
      const written = async (): Promise<number> => {
        const response = await service.request(`${list}?limit=1000`, { user: null });
        return (await response.json()).items.length;
      };
      const encoder = new TextEncoder();
      let id = 0;
      let lastId = Infinity;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (id >= lastId) return controller.close();
          controller.enqueue(encoder.encode(`{"id": ${++id}}\n`));
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
      });
      const headers = { "content-type": "application/x-ndjson" };
      const upload = { method: "POST", body, headers };
      const answering = service.request(list.replace("open", "items"), upload);
      await eventually("some lines are written", async () => await written() > 2);
      await switchOff(content);
      // Some more, so that there is a line to stop at.
      lastId = id + 20;
      const report = (await (await answering).text()).trim().split("\n");
      const { summary } = JSON.parse(report.at(-1)!);
      expect(summary).toMatchObject({ failed: 0, stopped: expect.stringContaining(reason) });
      expect(await written()).toBe(summary.written);
    });
  }
});

describe("A query that is switched off", () => {
  it("is refused alone, even where it shares its route, and takes no quota", async () => {
    const left = async () =>
      (await service.request("/items/a")).headers.get("ratelimit")?.match(/r=(\d+)/)?.[1];
    const before = Number(await left());
    await switchOff({ queries_off: ["list_items"] });
    expect(await outcomeOf("/items/a")).toEqual([503, "query_off"]);
    expect(await outcomeOf("/items/a", { user: null })).toEqual([401, "missing_token"]);
    expect(await outcomeOf("/items/a?above=1")).toEqual(ON);
    await switchOff({});
    expect(Number(await left())).toBe(before - 1);
  });

  it("may be a public one, an internal one, or a hand-written route", async () => {
    await switchOff({ queries_off: ["open_items", "all_items"] });
    expect(await outcomeOf("/open/a", { user: null })).toEqual([503, "query_off"]);
    expect(await outcomeOf("/count_rows/many", post())).toEqual([503, "query_off"]);
    expect(await outcomeOf("/count_rows/nothing", post())).toEqual(ON);
    await switchOff({ queries_off: ["POST /count_rows/{how}"] });
    expect(await outcomeOf("/count_rows/nothing", post())).toEqual([503, "query_off"]);
    expect(await outcomeOf("/open/a", { user: null })).toEqual(ON);
  });
});

describe("A caller who is switched off", () => {
  for (
    const [what, content] of [
      ["client", { clients_off: ["reader"] }],
      ["tenant", { claims_off: { tenant: ["globex"] } }],
    ] as const
  ) {
    it(`by ${what} is refused everywhere, and nobody else is`, async () => {
      await switchOff({ ...content, message: "Call us" });
      const response = await service.request("/items/a", { user: "reader" });
      expect(await problemOf(response)).toMatchObject({
        status: 403,
        code: "caller_off",
        detail: "This client or tenant is switched off: ask the operator. Call us",
      });
      expect(await outcomeOf("/count_rows/nothing", { ...post(), user: "reader" }))
        .toEqual([403, "caller_off"]);
      expect(await outcomeOf("/items/a")).toEqual(ON);
      expect(await outcomeOf("/open/a", { user: null })).toEqual(ON);
      await switchOff({});
      expect(await outcomeOf("/items/a", { user: "reader" })).toEqual(ON);
    });

    it(`by ${what} gets no further query from a handler that has begun`, async () => {
      const before = held.length;
      const begun = outcomeOf("/count_rows/held_write", { ...post(), user: "reader" });
      const other = outcomeOf("/count_rows/held_write", post());
      await eventually("the handler has begun twice", () => held.length === before + 2);
      await switchOff(content);
      for (const release of held.splice(before)) release();
      expect(await begun).toEqual([403, "caller_off"]);
      expect(await other).toEqual(ON);
    });
  }
});

describe("A control file that cannot be used", () => {
  it("changes nothing, and a metric says so", async () => {
    await switchOff({ read_only: true });
    await replaceFile(path, '{"read_only": ');
    await service.readControl();
    expect(await outcomeOf("/items/a", post({ id: 1 }))).toEqual([503, "read_only"]);
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toContain("\ncqlgate_control_file_ok 0\n");
    expect(metrics).toContain("\ncqlgate_read_only 1\n");
    await switchOff({});
    const later = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(later).toContain("\ncqlgate_control_file_ok 1\n");
    expect(later).toContain("\ncqlgate_read_only 0\n");
  });
});

describe("A process with a control file", () => {
  it("follows a link as a mounted file is one, and hears SIGHUP", async () => {
    await using folder = await createMount();
    await folder.mount({ queries_off: ["list_stations"] });
    const env = { ...service.env, CQL_DIR: EXAMPLE, CONTROL_FILE: folder.link };
    await using process = await spawnService(env);
    await untilReady(process.url);
    const list = () => outcomeOf(`${process.url}/stations`);
    expect(await list()).toEqual([503, "query_off"]);
    await folder.mount({});
    process.kill("SIGHUP");
    await eventually("it is on again", async () => (await list())[0] === 200);
    await folder.mount({ queries_off: ["list_stations"] });
    await eventually("it is off again", async () => (await list())[0] === 503);
  });
});

/** A folder in which a file is replaced as Kubernetes replaces that of a ConfigMap: by another link. */
async function createMount() {
  const path = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const link = `${path}/control.json`;
  await Deno.symlink("..data/control.json", link);
  let version = 0;
  return {
    link,
    async mount(content: object): Promise<void> {
      const folder = `..${++version}`;
      await Deno.mkdir(`${path}/${folder}`);
      await Deno.writeTextFile(`${path}/${folder}/control.json`, JSON.stringify(content));
      await Deno.symlink(folder, `${path}/..next`);
      await Deno.rename(`${path}/..next`, `${path}/..data`);
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
