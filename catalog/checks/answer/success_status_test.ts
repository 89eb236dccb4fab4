import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { SuccessStatus } from "../../query.ts";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

function statusOf(...lines: string[]): SuccessStatus | null {
  return parseOne(lines.join("\n")).status;
}

const EXEC = "UPDATE t SET v = :v WHERE k = :k;";
const APPLIED = "UPDATE t SET v = :v WHERE k = :k IF EXISTS;";

describe("@status", () => {
  const CASES: [header: string, method: string, tag: string, status: SuccessStatus][] = [
    [":exec", "POST", "", 204],
    [":exec", "PUT", "", 204],
    [":exec", "POST", "-- @status 201", 201],
    [":exec", "POST", "-- @status 202", 202],
    [":exec", "DELETE", "-- @status 204", 204],
    [":applied", "POST", "", 201],
    [":applied", "PUT", "", 200],
    [":applied", "POST", "-- @status 200", 200],
    [":applied", "PUT", "-- @status 201", 201],
    [":applied", "PATCH", "-- @status 202", 202],
    [":applied", "POST", "-- @status 204", 204],
  ];
  for (const [mode, method, tag, status] of CASES) {
    it(`is ${status} for ${mode} at ${method} ${tag === "" ? "without a tag" : `with ${tag}`}`, () => {
      const statement = mode === ":exec" ? EXEC : APPLIED;
      expect(
        statusOf(`-- name: own ${mode}`, `-- @route ${method} /own`, "-- @public", tag, statement),
      ).toBe(status);
    });
  }

  it("is for a bucket of the request's time as for any other value that is made", () => {
    const own = (mode: string, method: string, statement: string) =>
      statusOf(
        `-- name: own ${mode}`,
        `-- @route ${method} /own`,
        "-- @public",
        "-- @param day in bucket:now by=day",
        statement,
      );
    const insert = "INSERT INTO t (day, k) VALUES (:day, :k);";
    expect(own(":exec", "POST", insert)).toBe(201);
    expect(own(":exec", "PUT", insert)).toBe(200);
    expect(own(":one", "GET", "SELECT v FROM t WHERE day = :day;")).toBeNull();
  });

  it("is only for writes with a route", () => {
    expect(statusOf("-- name: own :exec", EXEC)).toBeNull();
    expect(
      statusOf("-- name: own :one", "-- @route GET /own", "-- @public", "SELECT v FROM t;"),
    ).toBeNull();
  });
});
