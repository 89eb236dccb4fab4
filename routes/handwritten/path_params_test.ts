import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { type RouteConfig, z } from "@hono/zod-openapi";
import { defineRoute } from "./define_route.ts";
import { pathParamsMistake } from "./path_params.ts";

const id = z.object({ id: z.string() });

function route(path: string, rest: Partial<RouteConfig> = {}): RouteConfig {
  return { method: "get", path, responses: { 204: { description: "Done" } }, ...rest };
}

describe("pathParamsMistake()", () => {
  const fitting: [what: string, path: string, params?: z.ZodObject | z.ZodPipe][] = [
    ["the same names", "/p/{id}", id],
    ["a strict schema", "/p/{id}", z.strictObject({ id: z.uuid() })],
    ["a schema with a check", "/p/{id}", id.refine(() => true)],
    ["a schema that makes something else of it", "/p/{id}", id.transform(() => ({ other: 1 }))],
    ["names in another order", "/{b}/{id}", id.extend({ b: z.string() })],
    ["no schema", "/p/{id}"],
    ["no segments and no schema", "/p"],
  ];
  for (const [what, path, params] of fitting) {
    it(`takes ${what}`, () => {
      const request = params === undefined ? {} : { params };
      expect(pathParamsMistake(route(path, { request }))).toBeNull();
    });
  }

  const mistakes: [what: string, path: string, params: z.ZodObject | z.ZodPipe, states: string][] =
    [
      ["another name", "/p/{x}", id, 'the path has no "id", and "params" has no "x"'],
      ["a name of no segment", "/p", id, 'the path has no "id"'],
      [
        "a name that may be missing, of no segment",
        "/p/{id}",
        id.extend({ at: z.string().optional() }),
        'the path has no "at"',
      ],
      ["two segments without a name", "/{a}/{id}/{b}", id, '"params" has no "a", "b"'],
      ["another name that is transformed", "/p/{x}", id.transform(() => ({ x: 1 })), 'has no "x"'],
    ];
  for (const [what, path, params, states] of mistakes) {
    it(`reports ${what}`, () => {
      const mistake = pathParamsMistake(route(path, { request: { params } }));
      expect(mistake).toContain(`Cannot read path "${path}" by its "params": `);
      expect(mistake).toContain(states);
    });
  }
});

describe("defineRoute()", () => {
  function parametersOf(rest: Pick<RouteConfig, "request" | "parameters">): unknown {
    const route = defineRoute({
      method: "get",
      path: "/{a}/x/{b}",
      access: { kind: "public" },
      responses: { 204: { description: "Done" } },
      ...rest,
    }, (context) => context.body(null, 204));
    return route.description.parameters;
  }

  it("describes each segment of a path without a schema as a text", () => {
    const text = { in: "path", required: true, schema: { type: "string" } };
    expect(parametersOf({})).toEqual([{ name: "a", ...text }, { name: "b", ...text }]);
  });

  it("leaves them to a schema", () => {
    const params = z.object({ a: z.string(), b: z.string() });
    expect(parametersOf({ request: { params } })).toBeUndefined();
  });

  it("adds those that the parameters of a route lack", () => {
    const text = { in: "path", required: true, schema: { type: "string" } };
    const query = { name: "b", in: "query" as const };
    const b = { name: "b", in: "path" as const, required: true };
    expect(parametersOf({ parameters: [query] }))
      .toEqual([query, { name: "a", ...text }, { name: "b", ...text }]);
    expect(parametersOf({ parameters: [b, query] })).toEqual([b, query, { name: "a", ...text }]);
    expect(parametersOf({ parameters: [b, { ...b, name: "a" }] })).toEqual([b, {
      ...b,
      name: "a",
    }]);
  });

  it("leaves parameters alone of which one is somewhere else", () => {
    const parameters = [{ $ref: "#/components/parameters/A" }];
    expect(parametersOf({ parameters })).toEqual(parameters);
  });
});
