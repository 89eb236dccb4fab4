import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { clientNameOf } from "../../catalog/parse/client_name.ts";
import { segmentsOf, withSegmentNames } from "../../catalog/checks/project/segment_names.ts";
import type { Query } from "../../catalog/query.ts";
import { checkSegments, type PlacedRoute, segmentsOfRoutes } from "./check_segments.ts";
import { parseQueries } from "../../tests/support/cql/parse_queries.ts";

function queriesOf(...texts: [marker: string, tag?: string][]): readonly Query[] {
  const text = texts.map(([marker, tag = "-- @public"], index) =>
    `-- name: q${index} :one\n-- @route ${
      ["GET", "POST", "PUT"][index]
    } /users/{${marker}}\n-- @public\n${tag}
SELECT name FROM users WHERE user_id = :${marker};\n`
  ).join("\n").replaceAll("-- @public\n-- @public", "-- @public");
  const queries = parseQueries(text);
  return queries;
}

function placed(method: string, path: string): PlacedRoute {
  const file = { path: "routes/users.ts", text: `"${path}"` };
  return { route: { method, path }, span: { file, start: 0, end: file.text.length } };
}

describe("segmentsOfRoutes()", () => {
  it("gives the segments of queries the names that a hand-written route has for them", () => {
    const names = segmentsOfRoutes([
      placed("patch", "/users/{name}"),
      placed("get", "/users/{a}/x"),
    ]);
    const queries = withSegmentNames(queriesOf(["id"], ["user_id"]), names);
    const found = queries.map((query) => segmentsOf(query).map(clientNameOf));
    expect(found).toEqual([["name"], ["name"]]);
  });
});

describe("checkSegments()", () => {
  const messagesOf = (routes: readonly PlacedRoute[], queries: readonly Query[]) =>
    checkSegments(routes, queries).map(({ message }) => message);

  it("finds routes that name a segment differently, once for each two of other methods", () => {
    const messages = messagesOf([
      placed("get", "/users/{id}"),
      placed("put", "/users/{name}"),
      placed("delete", "/users/{id}"),
      placed("get", "/users/{again}"),
      placed("put", "/users/{name}/x"),
    ], []);
    expect(messages).toEqual([
      'Cannot describe "/users/{name}" in OpenAPI: another route has it as "/users/{id}"',
    ]);
  });

  it("finds an as= that gives a segment another name", () => {
    const named = (name: string) => queriesOf(["id", `-- @param id in path as=${name}`]);
    const route = placed("patch", "/users/{userId}");
    expect(messagesOf([route], named("userId"))).toEqual([]);
    expect(messagesOf([route], named("user"))).toEqual([
      'Cannot name a segment of "/users/{id}" "user": a hand-written route names it "userId"',
    ]);
    expect(messagesOf([route], queriesOf(["id"]))).toEqual([]);
  });
});
