import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { primitives } from "./primitives.ts";
import { typeReference, typeUses } from "./reference.ts";

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

describe("typeUses()", () => {
  it("says of each type what tags can do with it", () => {
    const rows = typeUses().trimEnd().split("\n");
    for (
      const row of [
        "| `int` | its value | yes | with `unit=` | yes |",
        "| `bigint` | its value | yes | with `unit=` | yes |",
        "| `timeuuid` | – | yes | yes | – |",
        "| `decimal` | its value | – | – | – |",
        "| `text` | characters | – | – | yes |",
        "| `date` | – | – | yes | day, week, month, year |",
        "| `list<int>` | members | – | – | – |",
      ]
    ) expect(rows).toContain(row);
  });
});
