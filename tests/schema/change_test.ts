/**
 * Tables that change while the service runs: two replicas of it on one node, asked all the while.
 * Whatever they answer, no value of an old type is stored under a new one, and what the tables have
 * become is served a moment later.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { readConfig } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import { AMBIGUOUS } from "../fixtures/routes/calls/readings_above.ts";
import { NDJSON, openUpload, parseReport } from "../support/clients/bulk_client.ts";
import { eventually } from "../support/eventually.ts";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE singles (k text PRIMARY KEY, v int);
CREATE TABLE bulks (k text PRIMARY KEY, v int);
CREATE TABLE batches (k text PRIMARY KEY, v int);
CREATE TABLE numbers (k text PRIMARY KEY, v int);
CREATE TABLE readings (k text, v int, PRIMARY KEY (k, v));
CREATE TABLE renamed (k text PRIMARY KEY, v int);
CREATE TYPE place (x int, y int);
CREATE TABLE places (k text PRIMARY KEY, v frozen<place>);
CREATE TABLE gone (k text PRIMARY KEY, v int);
`;

const writer = (name: string, table: string) => `
-- name: ${name} :exec
-- @route PUT /${table}/{k}
-- @public
INSERT INTO ${table} (k, v) VALUES (:k, :v);
`;

const QUERIES = `
${writer("write_single", "singles")}
${writer("write_number", "numbers")}
${writer("write_place", "places")}
${writer("write_renamed", "renamed")}
${writer("write_gone", "gone")}
-- name: write_many :exec
-- @route POST /bulks
-- @public
-- @bulk
INSERT INTO bulks (k, v) VALUES (:k, :v);

-- name: write_two :exec
-- @route POST /batches
-- @public
BEGIN BATCH
  INSERT INTO batches (k, v) VALUES (:k, :v);
  INSERT INTO batches (k, v) VALUES (:other, :v);
APPLY BATCH;

-- name: readings_of :many
-- @route GET /readings/{k}
-- @public
SELECT v FROM readings WHERE k = :k;

-- name: readings_above :many
SELECT v FROM readings WHERE k = :k AND v > :v;
`;

describe("a schema that changes under two replicas", () => {
  let service: OwnService;
  let second: Service;
  let urls: string[];

  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
      routes: ["calls/readings_above"],
    });
    second = await start(readConfig(service.env));
    await second.ready;
    urls = [service.url, second.url];
  });
  after(async () => {
    await second.close();
    await service[Symbol.asyncDispose]();
  });

  async function recreate(table: string, columns: string): Promise<void> {
    await service.client.execute(`DROP TABLE ${table}`);
    await service.client.execute(`CREATE TABLE ${table} (${columns})`);
  }

  async function valuesIn(table: string): Promise<unknown[]> {
    const { rows } = await service.client.execute(`SELECT v FROM ${table}`);
    return rows.map(({ v }) => v?.toString());
  }

  /** Asks every replica, again and again, until the change and the answers that it leads to are there. */
  async function askThroughout(
    change: () => Promise<void>,
    ask: (url: string, round: number) => Promise<string>,
    isServed: (answer: string) => boolean,
  ): Promise<Set<string>> {
    const seen = new Set(await Promise.all(urls.map((url) => ask(url, 0))));
    const changing = change();
    let isChanged = false;
    changing.finally(() => isChanged = true).catch(() => {});
    let round = 1;
    await eventually("every replica serves what there is now", async () => {
      const answers = await Promise.all(urls.map((url) => ask(url, round)));
      round++;
      for (const each of answers) seen.add(each);
      return isChanged && answers.every(isServed);
    });
    await changing;
    return seen;
  }

  function put(table: string, v: unknown) {
    return async (url: string, round: number) => {
      const path = `${url}/${table}/${url === second.url ? "second" : "first"}-${round}`;
      const [status, body] = await answer(service.request(path, { method: "PUT", json: { v } }));
      return status === 204 ? "204" : `${status} ${(body as { code: string }).code}`;
    };
  }

  it("stores nothing of an int as text", async () => {
    const seen = await askThroughout(
      () => recreate("singles", "k text PRIMARY KEY, v text"),
      put("singles", AMBIGUOUS),
      (each) => each === "422 invalid_input",
    );
    expect([...seen].sort()).toEqual(["204", "422 invalid_input", "503 schema_changed"]);
    expect(await valuesIn("singles")).toEqual([]);
    for (const url of urls) expect(await put("singles", "text")(url, -1)).toBe("204");
    expect(await valuesIn("singles")).toEqual(["text", "text"]);
  });

  it("serves a bigint in place of an int, and blames no caller meanwhile", async () => {
    await put("numbers", 1)(service.url, -1);
    const seen = await askThroughout(
      () => recreate("numbers", "k text PRIMARY KEY, v bigint"),
      put("numbers", AMBIGUOUS),
      (each) => each === "204",
    );
    expect([...seen].sort()).toEqual(["204", "503 schema_changed"]);
    expect(new Set(await valuesIn("numbers"))).toEqual(new Set([`${AMBIGUOUS}`]));
    const wide = "9223372036854775807";
    await eventually("every replica takes a bigint", async () => {
      const answers = await Promise.all(urls.map((url) => put("numbers", wide)(url, -2)));
      return answers.every((each) => each === "204");
    });
  });

  it("stores nothing of an int as text in bulk, and says of each line why", async () => {
    const lines = (round: number) =>
      Array.from({ length: 20 }, (_, line) => `{"k":"${round}-${line}","v":${AMBIGUOUS}}\n`);
    const seen = await askThroughout(
      () => recreate("bulks", "k text PRIMARY KEY, v text"),
      async (url, round) => {
        const headers = { "content-type": NDJSON };
        const body = lines(round).join("");
        const response = await service.request(`${url}/bulks`, { method: "POST", body, headers });
        const text = await response.text();
        if (response.status !== 200) return JSON.parse(text).code;
        const { failures, summary } = parseReport(text);
        expect(summary.written + failures.length).toBe(20);
        return [...new Set(failures.map(({ code }) => code))].join();
      },
      (each) => each === "invalid_input",
    );
    expect([...seen].sort()).toEqual(["", "invalid_input", "schema_changed"]);
    expect(await valuesIn("bulks")).toEqual([]);
  });

  it("ends an upload whose lines are read for types that are gone", async () => {
    await recreate("bulks", "k text PRIMARY KEY, v int");
    await eventually("an int is taken", async () => {
      const json = { k: "probe", v: AMBIGUOUS };
      const response = await service.request("/bulks", { method: "POST", json });
      await response.body?.cancel();
      return response.status === 204;
    });
    const since = service.observations.length;
    const { writer, response } = openUpload(service, "/bulks");
    const line = (n: number) => `{"k":"${n}","v":${AMBIGUOUS}}\n`;
    await writer.write(line(0));
    await eventually(
      "the first line is written",
      async () => (await valuesIn("bulks")).length === 2,
    );
    await recreate("bulks", "k text PRIMARY KEY, v text");
    const report = response.then((response) => response.text());
    let n = 1;
    await eventually("the service stops it", async () => {
      await writer.write(line(n++)).catch(() => {});
      return service.observations.slice(since).some((each) => each.kind === "bulk");
    });
    await writer.close().catch(() => {});
    const { failures, summary } = parseReport(await report);
    expect(summary).toMatchObject({
      written: 1,
      stopped: "the table has changed: send the rest again",
    });
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["schema_changed"]));
    expect(await valuesIn("bulks")).toEqual([]);
  });

  it("stores nothing of an int as text in a batch", async () => {
    const seen = await askThroughout(
      () => recreate("batches", "k text PRIMARY KEY, v text"),
      async (url, round) => {
        const json = { k: `a${round}`, other: `b${round}`, v: AMBIGUOUS };
        const response = await service.request(`${url}/batches`, { method: "POST", json });
        return response.status === 204 ? "written" : (await response.json()).code;
      },
      (each) => each === "invalid_input",
    );
    expect([...seen].sort()).toEqual(["invalid_input", "schema_changed", "written"]);
    expect(await valuesIn("batches")).toEqual([]);
  });

  it("is noticed by reads that find nothing, of served queries and of hand-written routes", async () => {
    const before = service.observations.length;
    const empty = { items: [], next_cursor: null };
    expect(await succeed(service.request("/readings/none"))).toEqual(empty);
    await recreate("readings", "k text, v text, PRIMARY KEY (k, v)");
    const drifts = () =>
      service.observations.slice(before).flatMap((each) =>
        each.kind === "schema_drift" ? [`${each.query}: ${each.detail}`] : []
      );
    const { code } = await (await service.request("/above/none")).json();
    expect(code).toBe("schema_changed");
    expect(drifts()).toEqual([
      "readings_above: Its bind markers were (k text, v int) and are now (k text, v text)",
    ]);
    expect(await succeed(service.request("/readings/none"))).toEqual(empty);
    expect(drifts()).toContainEqual("readings_of: its columns are now (v text)");
    await service.client.execute("INSERT INTO readings (k, v) VALUES ('a', 'text')");
    await eventually("the document says text", async () => {
      const document = await succeed<Document>(service.request("/openapi.json"));
      return document.components.schemas.Reading?.properties?.v?.type === "string";
    });
    expect(await succeed(service.request("/readings/a"))).toEqual({
      items: [{ v: "text" }],
      next_cursor: null,
    });
  });

  it("stores nothing of a user-defined type under fields with other names", async () => {
    const seen = await askThroughout(
      async () => {
        await service.client.execute("ALTER TYPE place RENAME x TO z");
        await service.client.execute("ALTER TYPE place RENAME y TO x");
      },
      put("places", { x: 1, y: 2 }),
      (each) => each === "422 invalid_input",
    );
    expect([...seen].sort()).toEqual(["204", "422 invalid_input", "503 schema_changed"]);
    expect(
      service.observations.filter((each) => each.kind === "schema_drift").map(({ detail }) =>
        detail
      ),
    ).toContain(
      "A user-defined type of its bind markers (k text, v place) has other fields than before",
    );
    await eventually(
      "the new fields are served",
      async () => await put("places", { z: 3, x: 4 })(service.url, 0) === "204",
    );
    const { rows } = await service.client.execute("SELECT v FROM places WHERE k = 'first-0'");
    expect(rows[0]!.v).toMatchObject({ z: 3, x: 4 });
  });

  it("goes on with what fits, and names in the log what is gone", async () => {
    const before = service.observations.length;
    await recreate("renamed", "k text PRIMARY KEY, w int");
    await eventually("every replica has noticed", async () => {
      const answers = await Promise.all(urls.map((url) => put("renamed", 1)(url, 0)));
      return answers.every((each) => each === "503 schema_changed");
    });
    const warning = await eventually(
      "it is logged",
      () =>
        service.observations.slice(before).find((each) =>
          each.kind === "warning" && String(each.cause).includes("Undefined column name v")
        ),
    );
    expect(String((warning as { cause: unknown }).cause)).toMatch(
      /own\.cql.*The columns of "renamed" are k, w/s,
    );
    for (const url of urls) {
      expect((await service.request(`${url}/readyz`)).status).toBe(200);
      expect(await put("singles", "still there")(url, 9)).toBe("204");
    }
    const { rows } = await service.client.execute("SELECT * FROM renamed");
    expect(rows).toEqual([]);
    await recreate("renamed", "k text PRIMARY KEY, v text");
    await eventually("every replica serves what there is now", async () => {
      const answers = await Promise.all(urls.map((url) => put("renamed", "text")(url, 1)));
      return answers.every((each) => each === "204");
    });
  });

  it("follows a change of one type while a query of another table no longer fits", async () => {
    await service.client.execute("ALTER TABLE gone DROP v");
    await eventually("every replica has noticed", async () => {
      const answers = await Promise.all(urls.map((url) => put("gone", 1)(url, 0)));
      return answers.every((each) => each === "503 schema_changed");
    });
    const before = service.observations.length;
    await service.client.execute("ALTER TYPE place ADD added int");
    await eventually("the new field is served", async () => {
      const answers = await Promise.all(urls.map((url) => put("places", { added: 5 })(url, 7)));
      return answers.every((each) => each === "204");
    });
    const { rows } = await service.client.execute("SELECT v FROM places WHERE k = 'first-7'");
    expect(rows[0]!.v).toMatchObject({ added: 5 });
    expect(await put("gone", 1)(service.url, 1)).toBe("503 schema_changed");
    expect((await service.request("/readyz")).status).toBe(200);
    const warnings = service.observations.slice(before).flatMap((each) =>
      each.kind === "warning" ? [each.message] : []
    );
    expect(warnings.filter((each) => each.startsWith("The routes are unchanged"))).toEqual([]);
    await service.client.execute("ALTER TABLE gone ADD v int");
    await eventually("every replica serves what there is now", async () => {
      const answers = await Promise.all(urls.map((url) => put("gone", 1)(url, 2)));
      return answers.every((each) => each === "204");
    });
  });
});

interface Document {
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { readonly properties?: Readonly<Record<string, { readonly type: unknown }>> }>
    >;
  };
}
