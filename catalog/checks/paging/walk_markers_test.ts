import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Query } from "../../query.ts";
import { NO_OPTIONS } from "../../tags/input/options/options.ts";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

/** The one query of `text`, which has no mistake. */
function walkOf(tag: string, ...lines: string[]): Query {
  const bucket = /^\w+/.exec(tag)![0];
  return parseOne(
    ["-- name: list :many", `-- @walk ${tag}`, ...lines].join("\n") +
      `\nSELECT a FROM t WHERE k = :k AND b = :${bucket} AND at >= :since AND at < :until`,
  );
}

describe("@walk", () => {
  it("takes its unit from the bucket's name, and a year of days for its maximum", () => {
    const { walk, params, page } = walkOf("day from=:since to=:until order=asc");
    const { span, ...rest } = walk!;
    expect(rest).toEqual({
      bucket: "day",
      by: "day",
      from: "since",
      to: "until",
      order: "asc",
      unit: null,
      number: null,
      max: 366,
    });
    expect(span.file.text.slice(span.start, span.end)).toBe(
      "@walk day from=:since to=:until order=asc",
    );
    expect(params.find(({ name }) => name === "day")).toMatchObject({
      source: { in: "walk" },
      optional: false,
      ...NO_OPTIONS,
    });
    expect(page).toEqual({ size: 100, max: 1000 });
  });

  it("lets its options override", () => {
    const { walk } = walkOf("month max=12 order=desc by=week to=:until from=:since");
    expect(walk).toMatchObject({ bucket: "month", by: "week", order: "desc", max: 12 });
  });

  it("takes a bucket of any name", () => {
    expect(walkOf("part from=:since to=:until order=asc by=hour").walk).toMatchObject({
      bucket: "part",
      by: "hour",
    });
  });

  it("allows a default for an end of the range", () => {
    const { params } = walkOf(
      "day from=:since to=:until order=asc",
      "-- @param until in query default=2026-01-01",
    );
    expect(params.map(({ name, source }) => [name, source.in])).toEqual([
      ["k", "body"],
      ["day", "walk"],
      ["since", "body"],
      ["until", "query"],
    ]);
  });

  it("takes its ends from the path as well", () => {
    const { params } = walkOf(
      "day from=:since to=:until order=asc",
      "-- @route GET /t/{since}",
      "-- @public",
    );
    expect(params.map(({ source }) => source.in)).toEqual(["query", "walk", "path", "query"]);
  });
});
