import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { CqlType } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import { cqlName } from "./type_name.ts";

describe("cqlName()", () => {
  it("spells types as CQL does, and as their codecs do", () => {
    const text: CqlType = { kind: "text" };
    const cases: [CqlType, string][] = [
      [text, "text"],
      [{ kind: "map", key: text, value: { kind: "list", of: text } }, "map<text, list<text>>"],
      [{ kind: "set", of: { kind: "tuple", of: [text, text] } }, "set<tuple<text, text>>"],
      [{ kind: "vector", of: { kind: "float" }, dimension: 3 }, "vector<float, 3>"],
      [{ kind: "udt", name: "place", fields: [] }, "place"],
      [{ kind: "udt", name: "My Type", fields: [] }, '"My Type"'],
      [{ kind: "udt", name: 'a"b', fields: [] }, '"a""b"'],
    ];
    for (const [type, name] of cases) {
      expect(cqlName(type)).toBe(name);
      expect(codecFor(type).cql).toBe(name);
    }
    expect(cqlName({ kind: "list", of: { kind: "unknown", name: "a.B" } })).toBe("list<'a.B'>");
  });
});
