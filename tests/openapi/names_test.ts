/**
 * What the schemas of rows, pages and bodies are called in the OpenAPI document, and that a name stays
 * where queries are added.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TYPE "geoPoint" (latitude double, height bigint);
CREATE TYPE postal_address (city text, at frozen<"geoPoint">);
CREATE TYPE views (day date, count int);
CREATE TABLE places (place_id int PRIMARY KEY, address frozen<postal_address>,
  others map<text, frozen<postal_address>>, at frozen<"geoPoint">, views frozen<views>);
CREATE TABLE videos (video_id uuid PRIMARY KEY, user_id uuid, added_at timestamp, name text, tags set<text>);
CREATE TABLE user_videos (user_id uuid, added_at timestamp, video_id uuid, name text,
  PRIMARY KEY ((user_id), added_at, video_id));
CREATE TABLE video_pages (video_id uuid, page int, markup text, PRIMARY KEY ((video_id), page));
CREATE TABLE video_views (video_id uuid PRIMARY KEY, views counter);
`;

const QUERIES = `
-- name: get_video :one
-- @route GET /videos/{video_id}
-- @public
SELECT video_id, user_id, added_at, name, tags FROM videos WHERE video_id = :video_id;

-- name: list_videos :many
-- @route GET /videos
-- @public
SELECT * FROM videos;

-- name: find_titles :many
-- @route GET /titles
-- @public
SELECT video_id, name FROM videos;

-- name: list_titles :many
-- @route POST /titles
-- @public
-- @param ids in body max=10
SELECT name, video_id FROM videos WHERE video_id IN :ids;

-- name: list_user_videos :many
-- @route GET /users/{user_id}/videos
-- @public
-- @row UserVideoTitle
SELECT video_id, name, added_at FROM user_videos WHERE user_id = :user_id;

-- name: list_dated_titles :many
-- @route GET /titles/dated
-- @public
-- @row UserVideoTitle
SELECT video_id, added_at, name FROM videos;

-- name: list_video_pages :many
-- @route GET /videos/{video_id}/pages
-- @public
SELECT page, markup FROM video_pages WHERE video_id = :video_id;

-- name: get_views :one
-- @route GET /videos/{video_id}/views
-- @public
SELECT views FROM video_views WHERE video_id = :video_id;

-- name: rename_video :applied
-- @route PUT /videos/{video_id}
-- @public
-- @current name
UPDATE videos SET name = :name WHERE video_id = :video_id IF name = :old_name;

-- name: count_videos :one
-- @route GET /videos/count
-- @public
SELECT count(*) AS videos FROM videos;
`;

const TYPES = `
-- name: put_place :exec
-- @route PUT /places/{place_id}
-- @public
INSERT INTO places (place_id, address, others, at) VALUES (:place_id, :address, :others, :at);

-- name: list_places :many
-- @route GET /places
-- @public
SELECT * FROM places;

-- name: find_places :many
-- @route GET /places/found
-- @public
-- @row Views
SELECT place_id, views FROM places WHERE address = :address ALLOW FILTERING;
`;

/** Queries that change the name of no row above, wherever they stand. */
const OTHERS = `
-- name: a_title :one
-- @route GET /others/{video_id}/title
-- @public
SELECT name FROM videos WHERE video_id = :video_id;

-- name: list_watchers :many
-- @route GET /others/{video_id}/pages
-- @public
SELECT video_id, page, ttl(markup) AS seconds_left FROM video_pages WHERE video_id = :video_id;

-- name: a_lone_view :one
-- @route GET /others/{video_id}/views
-- @public
SELECT views + 1 AS views FROM video_views WHERE video_id = :video_id;
`;

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

interface Named {
  /** The schemas of rows and bodies, by name. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Of each operation, what its schemas are called: of the answer and of the body. */
  readonly used: Readonly<Record<string, readonly (string | undefined)[]>>;
}

async function namesOf(queries: string): Promise<Named> {
  await using service = await startOwnService({ migration: MIGRATION, queries });
  const { paths, components } = await (await service.request("/openapi.json")).json();
  const operations = Object.values<Record<string, Operation>>(paths).flatMap((path) =>
    Object.values(path)
  );
  const used = operations.map(({ operationId, requestBody, responses }) => [operationId, [
    nameOf(responses["200"]),
    ...requestBody === undefined ? [] : [nameOf(requestBody)],
  ]]);
  return { schemas: components.schemas, used: Object.fromEntries(used) };
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Content {
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

function nameOf({ content }: Content = { content: {} }): string | undefined {
  return content["application/json"]?.schema.$ref?.replace("#/components/schemas/", "");
}

const USED = {
  get_video: ["Video"],
  list_videos: ["VideoPage"],
  find_titles: ["FindTitlesPage"],
  list_titles: ["FindTitlesPage", "ListTitlesBody"],
  list_user_videos: ["UserVideoTitlePage"],
  list_dated_titles: ["UserVideoTitlePage"],
  list_video_pages: ["VideoPagePage"],
  get_views: ["VideoView"],
  rename_video: ["Applied", "RenameVideoBody"],
  count_videos: ["CountVideosRow"],
};

describe("The schemas of the OpenAPI document", () => {
  it("are called after @row, the table or the query; equal rows of a table are one", async () => {
    const { schemas, used } = await namesOf(QUERIES);
    expect(used).toEqual(USED);
    expect(Object.keys(schemas).sort()).toEqual([
      "Applied",
      "CountVideosRow",
      "FindTitlesPage",
      "FindTitlesRow",
      "InputError",
      "ListTitlesBody",
      "Problem",
      "RenameVideoBody",
      "RenameVideoConflict",
      "RenameVideoCurrent",
      "UserVideoTitle",
      "UserVideoTitlePage",
      "Video",
      "VideoPage",
      "VideoPagePage",
      "VideoPageRow",
      "VideoView",
    ]);
  });

  it("say that a column may be null if it may be in any row of that name", async () => {
    const { schemas } = await namesOf(QUERIES);
    const { video_id, added_at } = schemas.UserVideoTitle!.properties!;
    expect([video_id?.type, added_at?.type]).toEqual(["string", ["string", "null"]]);
  });

  it("are called after the user-defined types, on either side, and leave them to rows", async () => {
    const { schemas } = await namesOf(TYPES);
    const at = { $ref: "#/components/schemas/PostalAddress" };
    const { PlacePage, Place, Views, PutPlaceBody, ...types } = schemas;
    expect(Object.keys(types).sort()).toEqual([
      "GeoPoint",
      "GeoPointInput",
      "InputError",
      "PostalAddress",
      "PostalAddressInput",
      "Problem",
      "ViewsPage",
      "ViewsType",
    ]);
    expect(Place!.properties).toMatchObject({
      address: { anyOf: [at, { type: "null" }] },
      others: { type: ["object", "null"], additionalProperties: at },
      views: { anyOf: [{ $ref: "#/components/schemas/ViewsType" }, { type: "null" }] },
    });
    expect(PutPlaceBody!.properties).toMatchObject({
      address: { $ref: "#/components/schemas/PostalAddressInput" },
    });
    expect(types.PostalAddress).toMatchObject({
      type: "object",
      required: ["city", "at"],
      properties: { at: { anyOf: [{ $ref: "#/components/schemas/GeoPoint" }, { type: "null" }] } },
    });
    expect([PlacePage, Views].every((each) => each !== undefined)).toBe(true);
    expect(JSON.stringify(schemas)).not.toContain("x-type");
  });

  for (const [where, queries] of [["before", OTHERS + QUERIES], ["after", QUERIES + OTHERS]]) {
    it(`keep their names where other queries stand ${where} theirs`, async () => {
      const { used } = await namesOf(queries!);
      const { a_title, list_watchers, a_lone_view, ...others } = used;
      expect(others).toEqual(USED);
      expect([a_title, list_watchers, a_lone_view])
        .toEqual([["ATitleRow"], ["ListWatchersPage"], ["ALoneViewRow"]]);
    });
  }
});

describe("The segments of a path", () => {
  it("have one name in every operation of it, and in the pointers of errors", async () => {
    await using service = await startOwnService({
      migration: "CREATE TABLE users (user_id int PRIMARY KEY, name text);",
      queries: `
-- name: get_user :one
-- @route GET /users/{user_id}
-- @public
SELECT name FROM users WHERE user_id = :user_id;

-- name: put_user :exec
-- @route PUT /users/{id}
-- @public
-- @returns id
INSERT INTO users (user_id, name) VALUES (:id, :name);
`,
    });
    const request = (path: string, method: string) =>
      service.request(path, { method, user: null, json: { name: "a" } });
    const document = await (await service.request("/openapi.json")).json();
    expect(Object.keys(document.paths)).toEqual(["/users/{user_id}"]);
    const { get, put } = document.paths["/users/{user_id}"];
    for (const { parameters } of [get, put]) {
      expect(parameters[0]).toMatchObject({ name: "user_id", in: "path" });
    }
    const problem = await (await request("/users/x", "PUT")).json();
    expect(problem.errors).toMatchObject([{ pointer: "/path/user_id" }]);
    expect(await (await request("/users/7", "PUT")).json()).toEqual({ id: 7 });
    const read = await service.request("/users/7", { user: null });
    expect(await read.json()).toEqual({ name: "a" });
  });
});
