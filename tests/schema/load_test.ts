/**
 * What requests may get while the schema changes under load, as `docs/operations.md` says it: which codes,
 * for which routes, and for how long.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const NOTES =
  "CREATE TABLE notes (id int, part int, body text, tag text, spot frozen<place>, PRIMARY KEY (id, part))";

const MIGRATION = `
CREATE TYPE place (x int, y int);
${NOTES};
CREATE TABLE others (id int PRIMARY KEY, body text);
`;

const QUERIES = `
-- name: get_body :one
-- @route GET /notes/{id}/body
-- @public
SELECT body FROM notes WHERE id = :id AND part = 0;

-- name: put_body :exec
-- @route PUT /notes/{id}/body
-- @public
INSERT INTO notes (id, part, body) VALUES (:id, 0, :body);

-- name: list_bodies :many
-- @route GET /notes/{id}/bodies
-- @public
SELECT body FROM notes WHERE id = :id;

-- name: get_tag :one
-- @route GET /notes/{id}/tag
-- @public
SELECT tag FROM notes WHERE id = :id AND part = 0;

-- name: put_spot :exec
-- @route PUT /notes/{id}/spot
-- @public
INSERT INTO notes (id, part, spot) VALUES (:id, 0, :spot);

-- name: get_other :one
-- @route GET /others/{id}
-- @public
SELECT body FROM others WHERE id = :id;
`;

const BODIES: Readonly<Record<string, unknown>> = {
  "PUT /notes/1/body": { body: "a" },
  "PUT /notes/1/spot": { spot: { x: 1, y: 2 } },
};
const GET_BODY = "GET /notes/1/body";
const PUT_BODY = "PUT /notes/1/body";
const LIST_BODIES = "GET /notes/1/bodies";
const GET_TAG = "GET /notes/1/tag";
const PUT_SPOT = "PUT /notes/1/spot";
const GET_OTHER = "GET /others/1";
const REQUESTS = [GET_BODY, PUT_BODY, LIST_BODIES, GET_TAG, PUT_SPOT, GET_OTHER];

const SERVED = "served";
const CHANGED = "503 schema_changed";
const MISSING = "404 not_found";

interface Case {
  /** The row of the documentation. */
  readonly change: string;
  readonly cql: readonly string[];
  /** What else than the last outcome each request may get while the change goes on. */
  readonly meanwhile?: Readonly<Record<string, readonly string[]>>;
  /** What each request gets from then on, if it is not served. */
  readonly lasting?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { change: "`ADD` a column", cql: ["ALTER TABLE notes ADD more text"] },
  {
    change: "`DROP` a column",
    cql: ["ALTER TABLE notes DROP tag"],
    lasting: { [GET_TAG]: CHANGED },
  },
  {
    change: "`RENAME` a column of the key",
    cql: ["ALTER TABLE notes RENAME part TO piece"],
    lasting: {
      [GET_BODY]: CHANGED,
      [PUT_BODY]: CHANGED,
      [GET_TAG]: CHANGED,
      [PUT_SPOT]: CHANGED,
    },
  },
  {
    change: "`DROP TABLE`, and `CREATE TABLE` as it was",
    cql: ["DROP TABLE notes", NOTES],
    meanwhile: {
      [GET_BODY]: [CHANGED, MISSING],
      [PUT_BODY]: [CHANGED],
      [LIST_BODIES]: [CHANGED],
      [GET_TAG]: [CHANGED, MISSING],
      [PUT_SPOT]: [CHANGED],
    },
  },
  {
    change: "`ADD` a field to a type",
    cql: ["ALTER TYPE place ADD z int"],
    meanwhile: { [PUT_SPOT]: [CHANGED] },
  },
];

describe("a service whose schema changes under load", () => {
  let service: OwnService;

  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
    await service.client.execute("INSERT INTO notes (id, part, tag) VALUES (1, 0, 'a')");
    await service.client.execute("INSERT INTO others (id, body) VALUES (1, 'a')");
  });
  after(() => service[Symbol.asyncDispose]());

  async function ask(request: string): Promise<string> {
    const [method = "", path = ""] = request.split(" ");
    const body = BODIES[request];
    const json = body === undefined ? {} : { json: body };
    const response = await service.request(path, { method, user: null, ...json });
    const text = await response.text();
    return response.status < 300 ? SERVED : `${response.status} ${JSON.parse(text).code}`;
  }

  /**
   * What each request gets while the schema changes, and until all get what they get from then on: within a minute,
   * where the documentation speaks of a second or two.
   */
  async function outcomesDuring(
    change: () => Promise<unknown>,
    settled: (request: string) => string,
  ): Promise<Map<string, Set<string>>> {
    const outcomes = new Map(REQUESTS.map((request) => [request, new Set<string>()]));
    /** How many times in a row each request got its last outcome since the change. */
    const streaks = new Map<string, number>();
    let isChanged = false;
    let isOver = false;
    const clients = REQUESTS.map(async (request) => {
      while (!isOver) {
        const outcome = await ask(request);
        if (!isOver) outcomes.get(request)!.add(outcome);
        const before = streaks.get(request) ?? 0;
        streaks.set(request, isChanged && outcome === settled(request) ? before + 1 : 0);
      }
    });
    try {
      await change();
      isChanged = true;
      // Announcements come together, and routes are derived a moment after the last one.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await eventually(
        "every request gets what it gets from now on",
        () => REQUESTS.every((request) => (streaks.get(request) ?? 0) >= 3),
      );
      return outcomes;
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
  }

  for (const { change, cql, meanwhile = {}, lasting = {} } of CASES) {
    it(`answers as documented during ${change}`, async () => {
      // What an earlier change has taken away is not in the way of this one.
      const before = new Map<string, string>();
      for (const request of REQUESTS) before.set(request, await ask(request));
      const outcomes = await outcomesDuring(async () => {
        for (const statement of cql) await service.client.execute(statement);
        if (cql.includes(NOTES)) {
          await service.client.execute("INSERT INTO notes (id, part, tag) VALUES (1, 0, 'a')");
        }
      }, (request) => lasting[request] ?? (cql.includes(NOTES) ? SERVED : before.get(request)!));
      for (const [request, seen] of outcomes) {
        const allowed = new Set([
          before.get(request)!,
          lasting[request] ?? SERVED,
          ...meanwhile[request] ?? [],
        ]);
        expect([request, [...seen].filter((outcome) => !allowed.has(outcome))]).toEqual([
          request,
          [],
        ]);
      }
      for (const request of Object.keys(lasting)) {
        expect([request, await ask(request)]).toEqual([request, lasting[request]]);
      }
      expect((await service.request("/readyz", { user: null })).status).toBe(200);
    });
  }

  it("has every change in the documentation", async () => {
    const page = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));
    const [, section = ""] = /^## Schema changes\n(.*?)^## /ms.exec(page) ?? [];
    const rows = [...section.matchAll(/^\| (`.*?) +\|/gm)].map(([, change]) => change);
    expect(rows).toEqual(CASES.map(({ change }) => change));
  });
});
