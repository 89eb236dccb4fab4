/**
 * The tags of a file through HTTP: who may call its queries, whose rows they reach, and where they are.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  answer,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE videos (tenant_id text, region text, video_id int, title text,
  PRIMARY KEY ((tenant_id, region), video_id));
CREATE TABLE categories (region text, category text, PRIMARY KEY (region, category));
`,
  queries: `
-- @prefix /v1/{region}/videos
-- @scope stations:read
-- @param tenant_id in claim:tenant
-- @page size=2 max=3

-- name: list_videos :many
-- @route GET /
SELECT video_id, title FROM videos WHERE tenant_id = :tenant_id AND region = :region;

-- name: put_video :exec
-- @route PUT /{video_id}
-- @scope stations:write
INSERT INTO videos (tenant_id, region, video_id, title)
VALUES (:tenant_id, :region, :video_id, :title);

-- name: list_categories :many
-- @route GET /categories
-- @public
-- @without tenant_id: categories are the same for all
SELECT category FROM categories WHERE region = :region;
`,
};

describe("A file with tags before its first header", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
    for (const video_id of [1, 2, 3]) {
      const json = { title: `video ${video_id}` };
      await succeed(service.request(`/v1/eu/videos/${video_id}`, { method: "PUT", json }));
    }
    await service.client.execute("INSERT INTO categories (region, category) VALUES ('eu', 'film')");
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("serves its routes only below the prefix", async () => {
    const { items } = await succeed<Page<unknown>>(service.request("/v1/eu/videos"));
    expect(items).toEqual([{ video_id: 1, title: "video 1" }, { video_id: 2, title: "video 2" }]);
    expect((await succeed<Page<unknown>>(service.request("/v1/us/videos"))).items).toEqual([]);
    for (const path of ["/eu/videos", "/", "/v1/eu/videos/", "/categories"]) {
      const response = await service.request(path);
      await response.body?.cancel();
      expect([path, response.status]).toEqual([path, path === "/" ? 200 : 404]);
    }
  });

  it("pages by the file's sizes, and links below the prefix", async () => {
    const response = await service.request("/v1/eu/videos");
    const { items } = await response.json();
    expect(items.length).toBe(2);
    expect(response.headers.get("link")).toMatch(/^<\/v1\/eu\/videos\?cursor=[^>]+>; rel="next"$/);
    const [status, problem] = await answer(service.request("/v1/eu/videos?limit=4"));
    expect([status, problem]).toMatchObject([422, {
      errors: [{ pointer: "/query/limit", detail: "Expected an integer from 1 to 3" }],
    }]);
  });

  it("takes the claim from the token, and from nowhere else", async () => {
    for (const user of ["writer", "reader"]) {
      const [status] = await answer(service.request("/v1/eu/videos?tenant_id=other", { user }));
      expect([user, status]).toEqual([user, 422]);
    }
    const json = { title: "mine", tenant_id: "other" };
    const [status, problem] = await answer(
      service.request("/v1/eu/videos/4", { method: "PUT", json }),
    );
    expect([status, problem]).toMatchObject([422, { errors: [{ pointer: "/body/tenant_id" }] }]);
  });

  it("asks for the file's scope, the query's own scope, or nothing where the query is public", async () => {
    const statusOf = async (path: string, user: string | null, method = "GET") => {
      const json = method === "PUT" ? { json: { title: "x" } } : {};
      const response = await service.request(path, { user, method, ...json });
      await response.body?.cancel();
      return response.status;
    };
    expect(await statusOf("/v1/eu/videos", null)).toBe(401);
    expect(await statusOf("/v1/eu/videos", "reader")).toBe(200);
    expect(await statusOf("/v1/eu/videos/9", "reader", "PUT")).toBe(403);
    expect(await statusOf("/v1/eu/videos/categories", null)).toBe(200);
  });

  it("documents prefix, scope and page", async () => {
    const { paths } = await succeed<{ paths: Record<string, Record<string, Described>> }>(
      service.request("/openapi.json", { user: null }),
    );
    expect(Object.keys(paths).filter((path) => path.startsWith("/v1"))).toEqual([
      "/v1/{region}/videos",
      "/v1/{region}/videos/categories",
      "/v1/{region}/videos/{video_id}",
    ]);
    const { security, parameters } = paths["/v1/{region}/videos"]!.get!;
    expect(security).toEqual([{ oidc: ["stations:read"] }]);
    expect(parameters.map(({ name }) => name)).toEqual(["region", "limit", "cursor"]);
    expect(paths["/v1/{region}/videos/{video_id}"]!.put!.security).toEqual([
      { oidc: ["stations:write"] },
    ]);
    expect(paths["/v1/{region}/videos/categories"]!.get!.security).toEqual([]);
  });
});

interface Described {
  readonly security: unknown;
  readonly parameters: readonly { readonly name: string }[];
}
