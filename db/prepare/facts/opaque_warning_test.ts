import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../../../catalog/catalog.ts";
import { opaqueWarnings } from "./opaque_warning.ts";

describe("opaqueWarnings()", () => {
  it("names the queries whose statement cannot be read, and where the reading stopped", () => {
    const text = "-- name: known :one\nSELECT a FROM t;\n\n" +
      "-- name: newer :many\nSELECT a\n  FROM t\n WHERE a BETWEEN :a AND :b;\n";
    const { queries, diagnostics } = parseCatalog([{ path: "a.cql", text }]);
    expect(diagnostics).toEqual([]);
    expect(opaqueWarnings(queries)).toEqual([
      'a.cql:7: Cannot read the statement of "newer": expected a comparison; ' +
      "Cassandra accepts it, so it is served, but never repeated, never written in bulk, and not looked into by guardrails",
    ]);
    expect(opaqueWarnings(queries, { isAccepted: false })).toEqual([
      'a.cql:7: Cannot read the statement of "newer": expected a comparison; ' +
      "whether Cassandra can is not known: set CASSANDRA_CONTACT_POINTS to ask it",
    ]);
  });
});
