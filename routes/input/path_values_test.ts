import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { compilePathValues } from "./path_values.ts";

/** What a route reads from the path of a request, and what the framework reads. */
async function bothOf(template: string, path: string): Promise<unknown> {
  const read = compilePathValues(template);
  const app = new Hono();
  app.get(template.replace(/\{(\w+)\}/g, ":$1"), ({ req, json }) => json([read(req), req.param()]));
  const response = await app.request(`http://localhost${path}`);
  expect(response.status).toEqual(200);
  return await response.json();
}

describe("compilePathValues()", () => {
  const cases: [template: string, path: string, values: Record<string, string>][] = [
    ["/stations", "/stations", {}],
    ["/stations/{id}", "/stations/hill", { id: "hill" }],
    ["/stations/{id}", "/stations/hill?id=valley", { id: "hill" }],
    ["/stations/{id}/days/{day}", "/stations/h/days/2026-01-01", { id: "h", day: "2026-01-01" }],
    ["/{id}", "/a%20b", { id: "a b" }],
    ["/{id}", "/a%2Fb", { id: "a/b" }],
    ["/{id}", "/%25", { id: "%" }],
    ["/{id}", "/%2525", { id: "%25" }],
    ["/{id}", "/%c3%a4", { id: "ä" }],
    ["/{id}", "/%", { id: "%" }],
    ["/{id}", "/%ff", { id: "%ff" }],
    ["/{id}/b", "/a+b;c=d/b", { id: "a+b;c=d" }],
    ["/{a}/{b}/{c}", "/1/%2F/3", { a: "1", b: "/", c: "3" }],
  ];
  for (const [template, path, values] of cases) {
    it(`reads ${JSON.stringify(values)} from ${path}, as the framework does`, async () => {
      expect(await bothOf(template, path)).toEqual([values, values]);
    });
  }
});
