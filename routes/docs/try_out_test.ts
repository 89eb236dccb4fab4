import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ChosenFiles, withTryOut } from "./browser/try_out.js";

const BYTES = "application/octet-stream";
const bytes = (...types: string[]) => ({
  requestBody: {
    content: Object.fromEntries(
      types.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
    ),
  },
});
const DOCUMENT = {
  paths: {
    "/any/{id}": { put: bytes(BYTES) },
    "/pictures/{id}": { put: bytes("image/png", "image/gif"), post: bytes("image/png") },
    "/pictures/own": { put: bytes("image/png") },
    "/words/{id}.{ending}": {
      put: { requestBody: { content: { "application/json": { schema: {} } } } },
    },
  },
};
const BASE = "https://api.example.com/weather";

/** A control that somebody has chosen a file with. */
function chosen(type: string) {
  const control = Object.assign(new EventTarget(), { files: [{ size: 3, type }] });
  const files = new ChosenFiles();
  files.watch(control);
  control.dispatchEvent(new Event("change"));
  return files;
}

describe("ChosenFiles", () => {
  const CASES = [
    ["the type of the file", "PUT", "/pictures/1", "image/gif", "image/gif"],
    ["a type that is refused, for the service to say so", "PUT", "/pictures/1", "a/b", "a/b"],
    ["the only type for a file without one", "POST", "/pictures/1", "", "image/png"],
    ["no type of several for a file without one", "PUT", "/pictures/1", "", BYTES],
    ["bytes to a route that takes nothing else", "PUT", "/any/1?x=1", "image/gif", BYTES],
    ["the type of the route with the word", "PUT", "/pictures/own", "", "image/png"],
    ["bytes to a route that takes none", "PUT", "/words/1.x", "image/gif", BYTES],
    ["bytes to an unknown path", "PUT", "/pictures/1/2", "image/gif", BYTES],
  ] as const;
  for (const [what, method, path, type, expected] of CASES) {
    it(`sends ${what}`, () => {
      const request = { type: BYTES, method, url: BASE + path, base: BASE, document: DOCUMENT };
      expect(chosen(type).typeOf(new ArrayBuffer(3), request)).toBe(expected);
    });
  }

  it("leaves the type of what is no file", () => {
    const request = { method: "PUT", url: `${BASE}/pictures/1`, base: BASE, document: DOCUMENT };
    const files = chosen("image/gif");
    const body = new ArrayBuffer(4);
    expect(files.typeOf(body, { ...request, type: "application/json" })).toBe("application/json");
    expect(files.typeOf(body, { ...request, type: BYTES })).toBe(BYTES);
  });
});

describe("withTryOut()", () => {
  it("leaves out parameters with an example that nobody demands, but for defaults", () => {
    const parameters = [
      { name: "a", required: true, schema: { example: "1" } },
      { name: "b", required: false, schema: { example: "1" } },
      { name: "c", schema: { example: 1, default: 100 } },
      { name: "d", schema: {} },
      { name: "e", schema: { type: "string", example: "1" } },
    ];
    const document = { paths: { "/": { get: { parameters } } } };
    const before = structuredClone(document);
    const { parameters: own } = withTryOut(document).paths["/"].get;
    expect(own.map(({ examples }: { examples?: unknown }) => examples)).toEqual([
      undefined,
      { default: { "value": "1", "x-disabled": true } },
      undefined,
      undefined,
      { default: { value: "" } },
    ]);
    expect(document).toEqual(before);
  });

  it("lists simple types, which the document has by themselves, and no others", () => {
    const schemas = {
      Number: {
        anyOf: [
          { type: "number", format: "double" },
          { type: "string", pattern: "^NaN$" },
          { type: "null" },
        ],
        description: "A number",
      },
      Row: { anyOf: [{ $ref: "#/components/schemas/Number" }, { type: "null" }] },
      List: { anyOf: [{ type: "array" }, { type: "null" }] },
    };
    expect(withTryOut({ paths: {}, components: { schemas } }).components.schemas).toEqual({
      ...schemas,
      Number: {
        type: ["number", "string", "null"],
        format: "double",
        pattern: "^NaN$",
        description: "A number",
      },
    });
  });

  it("begins with a file where an operation takes bytes", () => {
    const { paths } = withTryOut(DOCUMENT);
    const selected = "x-scalar-selected-content-type";
    expect(paths["/pictures/own"].put.requestBody[selected]).toEqual({ default: BYTES });
    expect(paths["/words/{id}.{ending}"].put.requestBody[selected]).toBeUndefined();
  });
});
