import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { scopesOf } from "./project_scopes.ts";
import { parseQueries } from "../../tests/support/cql/parse_queries.ts";

describe("scopesOf()", () => {
  it("lists what routes and masks name, and what those that only read do", () => {
    const queries = parseQueries(`
-- name: get_video :one
-- @route GET /videos/{id}
-- @scope videos:read
-- @scope videos:all
-- @mask owner unless videos:owners
SELECT id, owner FROM videos WHERE id = :id;

-- name: put_video :exec
-- @route PUT /videos/{id}
-- @scope videos:write videos:read
INSERT INTO videos (id, owner) VALUES (:id, :owner);
`);
    expect(scopesOf({ queries, routes: [] })).toEqual({
      all: ["videos:read", "videos:all", "videos:write", "videos:owners"],
      reading: ["videos:read", "videos:all"],
    });
  });

  it("lists none where everything is public", () => {
    const queries = parseQueries(`
-- name: get_video :one
-- @route GET /videos/{id}
-- @public
SELECT id FROM videos WHERE id = :id;
`);
    expect(scopesOf({ queries, routes: [] })).toEqual({ all: [], reading: [] });
  });
});
