import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { primitives } from "./primitives.ts";
import { typeReference } from "./reference.ts";

describe("typeReference()", () => {
  it("has one row for every type, each with an example", () => {
    const rows = typeReference().trimEnd().split("\n").slice(2);
    const names = rows.map((row) => /^\| `(\w+)/.exec(row)?.[1]);
    expect(names).toEqual([
      ...Object.keys(primitives),
      "list",
      "set",
      "map",
      "tuple",
      "place",
      "vector",
    ]);
    expect(rows.filter((row) => row.includes("undefined"))).toEqual([]);
    expect(rows).toContain(
      '| `uuid` | A UUID (RFC 9562) | the same | `"f81d4fae-7dec-41d0-a765-00a0c91e6bf6"` |',
    );
  });
});
