import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { SECURITY_SCHEME } from "./describe/describe_route.ts";
import { createDocumentFor } from "./callable_document.ts";

const refersTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const operation = (scopes: readonly string[] | null, name: string) => ({
  ...(scopes === null ? {} : { security: [{ [SECURITY_SCHEME]: scopes }] }),
  content: [refersTo(name)],
});

const WHOLE = {
  openapi: "3.1.0",
  info: { title: 'A "quoted" title', extra: refersTo("Info") },
  paths: {
    "/notes/{id}": {
      get: operation(["read"], "Note"),
      put: operation(["write"], "Note"),
    },
    "/shops": { get: operation(["shops"], "Shop") },
    "/open": { get: operation(null, "Open") },
  },
  components: {
    schemas: {
      Note: { properties: { author: refersTo("Author") } },
      Author: { properties: { notes: refersTo("Note") } },
      Shop: { type: "object" },
      Open: { type: "object" },
      Info: { type: "object" },
      Unused: { type: "object" },
    },
    securitySchemes: { [SECURITY_SCHEME]: { type: "openIdConnect" } },
  },
  tags: [{ name: "notes" }],
};

/** The sum of the lengths of what becomes text meanwhile. */
function stringifiedBy(work: () => void): number {
  const { stringify } = JSON;
  let length = 0;
  JSON.stringify = (value: unknown) => {
    const text = stringify(value);
    length += text.length;
    return text;
  };
  try {
    work();
  } finally {
    JSON.stringify = stringify;
  }
  return length;
}

describe("createDocumentFor()", () => {
  const documentFor = createDocumentFor(JSON.stringify(WHOLE), (text) => text);

  it("has the operations that the scopes allow, and the components that they refer to", () => {
    const { paths, components: { schemas, ...others } } = WHOLE;
    const { Note, Author, Open, Info } = schemas;
    expect(JSON.parse(documentFor(new Set(["write"])))).toEqual({
      ...WHOLE,
      paths: { "/notes/{id}": { put: paths["/notes/{id}"].put }, "/open": paths["/open"] },
      components: { ...others, schemas: { Note, Author, Open, Info } },
    });
    expect(JSON.parse(documentFor(new Set()))).toEqual({
      ...WHOLE,
      paths: { "/open": paths["/open"] },
      components: { ...others, schemas: { Open, Info } },
    });
  });

  it("is the whole document but for what nothing refers to, in the same order", () => {
    const { Unused: _unused, ...schemas } = WHOLE.components.schemas;
    const expected = { ...WHOLE, components: { ...WHOLE.components, schemas } };
    expect(documentFor(new Set(["read", "write", "shops"]))).toBe(JSON.stringify(expected));
  });

  it("makes text of each part once, however many sets of scopes there are", () => {
    const large = "x".repeat(100_000);
    const paths = Object.fromEntries(
      ["read", "write", "shops"].map((scope) => [
        `/${scope}`,
        { get: { ...operation([scope], "Large"), description: large } },
      ]),
    );
    const schemas = { Large: { description: large } };
    const whole = JSON.stringify({ ...WHOLE, paths, components: { schemas } });
    const partFor = createDocumentFor(whole, (text) => text);
    expect(partFor(new Set(["read", "write", "shops"]))).toBe(whole);
    const again = stringifiedBy(() => {
      for (const scopes of [["read"], ["write"], ["read", "write"], ["write", "shops"]]) {
        expect(partFor(new Set(scopes)).length).toBeGreaterThan(100_000 * (1 + scopes.length));
      }
    });
    expect(again).toBeLessThan(100_000);
  });
});
