import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { PrimitiveKind } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import { checkEntityTagColumn } from "./entity_tag_column.ts";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

/** What is reported of a tag where the result has these columns. */
function check(tag: string, columns: Readonly<Record<string, PrimitiveKind>>) {
  const query = parseOne(
    `-- name: get :one\n-- @route GET /t\n-- @public\n-- @etag ${tag}\nSELECT * FROM t;`,
  );
  const found: { message: string; help: string }[] = [];
  checkEntityTagColumn(
    query,
    Object.entries(columns).map(([name, kind]) => ({
      name,
      codec: codecFor({ kind }),
      nullable: true,
      computed: false,
      mask: null,
    })),
    ({ message, help }) => found.push({ message, help }),
  );
  return found;
}

describe("checkEntityTagColumn()", () => {
  it("takes a column whose JSON fits between quotes", () => {
    expect(check("version", { name: "text", version: "int" })).toEqual([]);
  });

  it("refuses a type whose JSON does not", () => {
    expect(check("version", { version: "double" })).toEqual([{
      message: 'Cannot use "version" of type "double" as entity tag',
      help: expect.stringMatching(/^Use a column of one of the types .*bigint/),
    }]);
  });

  const missing: [tag: string, columns: string[], help: string, followed: string][] = [
    ["versoin", ["name", "version"], 'Did you mean "version"?', "version"],
    ["rowversion", ["name", "rowVersion"], `Did you mean '"rowVersion"'?`, '"rowVersion"'],
    ["id", ["Id"], `Did you mean '"Id"'?`, '"Id"'],
    ["version", ["name"], 'Use "name"', "name"],
    ["version", ["name", "Last Seen"], `Use one of "name", '"Last Seen"'`, '"Last Seen"'],
  ];
  for (const [tag, names, help, followed] of missing) {
    it(`says how to name a column of ${names.join(" and ")} in place of ${tag}, once`, () => {
      const columns = Object.fromEntries(names.map((name) => [name, "int" as const]));
      const message = `Cannot use "${tag}" as entity tag: the statement does not select it`;
      expect(check(tag, columns)).toEqual([{ message, help }]);
      expect(check(followed, columns)).toEqual([]);
    });
  }
});
