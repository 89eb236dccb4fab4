/**
 * What the tags before the first header of a file mean for its queries. Mistakes in them are in
 * `fixtures/mistakes/`.
 *
 * @module
 */

import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseQueries } from "../tests/support/cql/parse_queries.ts";

const DEFAULTS =
  `-- Copyright 2026 Ada. Licensed under the terms of LICENSE; see @ada for questions.

-- @prefix /v1/videos
-- @scope videos:read
-- @scope admin
-- @param tenant_id in claim:tenant
-- @consistency LOCAL_QUORUM serial=LOCAL_SERIAL
-- @page size=5 max=10
`;

const LIST = "SELECT title FROM videos WHERE tenant_id = :tenant_id;";

describe("Tags before the first header", () => {
  it("gives them to every query that lacks them", () => {
    const queries = parseQueries(`${DEFAULTS}
-- name: list_videos :many
-- @route GET /
${LIST}

-- name: get_video :one
-- @route GET /{video_id}
SELECT title FROM videos WHERE tenant_id = :tenant_id AND video_id = :video_id;`);
    for (const query of queries) {
      expect(query.access).toEqual({ kind: "scopes", anyOf: [["videos:read"], ["admin"]] });
      expect(query.params[0]).toMatchObject({
        name: "tenant_id",
        source: { in: "claim", claim: "tenant" },
      });
    }
    expect(queries.map(({ route }) => route?.path)).toEqual([
      "/v1/videos",
      "/v1/videos/{video_id}",
    ]);
    expect(queries.map(({ page }) => page)).toEqual([{ size: 5, max: 10 }, null]);
  });

  it("prefers the tags of the query", () => {
    const [query] = parseQueries(`${DEFAULTS}
-- name: list_videos :many
-- @route GET /
-- @scope videos:admin
-- @param tenant_id in claim:org
-- @consistency ONE
-- @page size=7
${LIST}`);
    expect(query).toMatchObject({
      access: { kind: "scopes", anyOf: [["videos:admin"]] },
      consistency: { level: "ONE", serial: null },
      page: { size: 7, max: 1000 },
    });
    expect(query!.params.map(({ source }) => source)).toEqual([{ in: "claim", claim: "org" }]);
  });

  it("takes their claims into internal queries, and neither scope nor prefix", () => {
    const [query] = parseQueries(`${DEFAULTS}
-- name: count_videos :one
SELECT count(*) FROM videos WHERE tenant_id = :tenant_id;`);
    expect(query).toMatchObject({ access: { kind: "internal" }, route: null });
    expect(query!.params[0]!.source).toEqual({ in: "claim", claim: "tenant" });
  });

  it("lets a query opt out of a claim by name", () => {
    const queries = parseQueries(`${DEFAULTS}
-- name: list_videos :many
-- @route GET /
${LIST}

-- name: list_categories :many
-- @route GET /categories
-- @public
-- @without tenant_id: categories are the same for all
SELECT name FROM categories;

-- name: list_videos_of :many
-- @route GET /of/{tenant_id}
-- @scope operators
-- @without tenant_id: operators see every tenant
${LIST}

-- name: put_video :exec
-- @route PUT /{video_id}
-- @without tenant_id: one of the tables is shared by all tenants
-- @param tenant_id in claim:tenant
BEGIN BATCH
  INSERT INTO videos (tenant_id, video_id) VALUES (:tenant_id, :video_id);
  INSERT INTO video_ids (video_id) VALUES (:video_id);
APPLY BATCH;`);
    expect(queries.map(({ access }) => access.kind)).toEqual([
      "scopes",
      "public",
      "scopes",
      "scopes",
    ]);
    const sources = queries.map(({ params }) =>
      params.find(({ name }) => name === "tenant_id")?.source.in
    );
    expect(sources).toEqual(["claim", undefined, "path", "claim"]);
  });

  const WRITE = "UPDATE videos SET title = :title WHERE tenant_id = :tenant_id AND video_id = :id";
  for (
    const [tag, read, write, transaction] of [
      ["LOCAL_QUORUM serial=SERIAL", "LOCAL_QUORUM", "LOCAL_QUORUM", "LOCAL_QUORUM SERIAL"],
      ["LOCAL_SERIAL", "LOCAL_SERIAL", null, null],
      ["LOCAL_SERIAL serial=LOCAL_SERIAL", "LOCAL_SERIAL", null, "null LOCAL_SERIAL"],
      ["ANY", null, "ANY", "ANY"],
    ]
  ) {
    it(`applies @consistency ${tag} where it can`, () => {
      const queries = parseQueries(`-- @consistency ${tag}
-- name: list_videos :many
${LIST}
-- name: rename_video :exec
${WRITE};
-- name: change_video :applied
${WRITE} IF EXISTS;`);
      const levels = queries.map(({ consistency: { level, serial } }) =>
        serial === null ? level : `${level} ${serial}`
      );
      expect(levels).toEqual([read, write, transaction]);
    });
  }

  it("accepts a default that concerns none of the queries", () => {
    const [query] = parseQueries(`-- @page size=5
-- @prefix /v1
-- @scope videos:read
-- name: get_video :one
SELECT title FROM videos WHERE video_id = :video_id;`);
    expect(query).toMatchObject({ page: null, access: { kind: "internal" } });
  });

  it("puts the markers of a prefix into every path", () => {
    const [query] = parseQueries(`-- @prefix /v1/tenants/{tenant}
-- @scope videos:read
-- name: list_videos :many
-- @route GET /videos/{tag}
SELECT title FROM videos WHERE tenant_id = :tenant AND tag = :tag;`);
    expect(query!.route!.path).toBe("/v1/tenants/{tenant}/videos/{tag}");
    expect(query!.params.map(({ source }) => source.in)).toEqual(["path", "path"]);
  });

  it("allows paths below a prefix that the service answers without it", () => {
    const queries = parseQueries(`-- @prefix /v1
-- @scope videos:read
-- name: list_docs :many
-- @route GET /docs
SELECT title FROM docs;
-- name: get_doc :one
-- @route GET /{doc_id}
SELECT title FROM docs WHERE doc_id = :doc_id;`);
    expect(queries.map(({ route }) => route!.path)).toEqual(["/v1/docs", "/v1/{doc_id}"]);
  });

  it("reads files with Windows line ends alike", () => {
    const text = `${DEFAULTS}
-- name: list_videos :many
-- @route GET /
${LIST}
`;
    const [windows] = parseQueries(text.replaceAll("\n", "\r\n"));
    const [query] = parseQueries(text);
    const { access, params, page, consistency, route } = windows!;
    expect({ access, page, consistency, path: route!.path }).toEqual({
      access: query!.access,
      page: query!.page,
      consistency: query!.consistency,
      path: query!.route!.path,
    });
    expect(params[0]!.source).toEqual({ in: "claim", claim: "tenant" });
  });

  it("keeps prose before the first header out of the first query", () => {
    const [query] = parseQueries(`-- SPDX-License-Identifier: MIT
/* @license MIT */
-- name: list_videos :many
-- All videos.
SELECT title FROM videos;`);
    expect(query!.description).toBe("All videos.");
  });
});
