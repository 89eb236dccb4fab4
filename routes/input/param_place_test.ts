import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { PreparedParam } from "../../db/prepare/prepared_query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { pointerOf, withPointers } from "./param_place.ts";

/** Parameters of which only the name and the place matter. */
function params(places: Readonly<Record<string, "path" | "query" | "header" | "body">>) {
  return Object.entries(places).map(([name, place]) => ({
    param: { name, source: { in: place } },
  })) as unknown as PreparedParam[];
}

describe("pointerOf()", () => {
  it("has the place and the name there", () => {
    const all = params({ since: "query", station_id: "path", trace_label: "header", name: "body" });
    expect(["since", "station_id", "trace_label", "name"].map((name) => pointerOf(all, name)))
      .toEqual(["/query/since", "/path/station_id", "/header/Trace-Label", "/body/name"]);
  });
});

describe("withPointers()", () => {
  it("turns the names of parameters into pointers, and keeps the rest", () => {
    const cause = new Error("why");
    const error = new ServiceError("invalid_input", "One value does not fit", {
      cause,
      paramErrors: [{ param: "since", detail: "Expected a time" }],
    });
    const located = withPointers(error, params({ since: "query" })) as ServiceError;
    expect([located.code, located.detail, located.cause]).toEqual([
      "invalid_input",
      "One value does not fit",
      cause,
    ]);
    expect(located.errors).toEqual([{ pointer: "/query/since", detail: "Expected a time" }]);
    expect(located.paramErrors).toEqual([]);
  });

  it("leaves everything else as it is", () => {
    for (const thrown of [new ServiceError("timeout", "late"), new TypeError("odd"), null]) {
      expect(withPointers(thrown, [])).toBe(thrown);
    }
  });
});
