import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import {
  bySpecificity,
  findHidden,
  methodsOf,
  type RoutePattern,
  routesFor,
} from "./route_pattern.ts";

function patterns(...routes: string[]): RoutePattern[] {
  return routes.map((route) => {
    const [method = "", path = ""] = route.split(" ");
    return { method, path };
  });
}

describe("methodsOf() of routesFor()", () => {
  const ROUTES = patterns(
    "GET /stations",
    "post /stations",
    "PUT /stations/{station_id}",
    "DELETE /stations/{id}",
    "POST /stations/nearest",
    "GET /",
  );
  const CASES: [path: string, methods: string[]][] = [
    ["/stations", ["GET", "HEAD", "POST"]],
    ["/stations/hill", ["DELETE", "PUT"]],
    ["/stations/nearest", ["DELETE", "POST", "PUT"]],
    ["/stations/%2F", ["DELETE", "PUT"]],
    ["/", ["GET", "HEAD"]],
    ["", []],
    ["/stations/", []],
    ["/Stations", []],
    ["/stations/hill/observations", []],
    ["/stations/{station_id}", ["DELETE", "PUT"]],
  ];
  for (const [path, methods] of CASES) {
    it(`lists ${methods.join(", ") || "nothing"} for "${path}"`, () => {
      expect(methodsOf(routesFor(path, ROUTES))).toEqual(methods);
    });
  }
});

describe("bySpecificity()", () => {
  it("puts literals before markers, segment by segment, and keeps the order of others", () => {
    const sorted = patterns(
      "GET /{a}/{b}",
      "GET /{a}/x",
      "GET /x/{b}",
      "POST /x/{c}",
      "GET /x/y",
    ).toSorted(bySpecificity).map(({ method, path }) => `${method} ${path}`);
    expect(sorted).toEqual([
      "GET /x/y",
      "GET /x/{b}",
      "POST /x/{c}",
      "GET /{a}/x",
      "GET /{a}/{b}",
    ]);
  });
});

describe("findHidden()", () => {
  it("finds a route that matches the same paths as one before it", () => {
    const hidden = findHidden(patterns("GET /x/{a}", "POST /x/{a}", "get /x/{b}"));
    expect(hidden).toEqual({ method: "get", path: "/x/{b}" });
  });

  it("finds none where method, a literal or the number of segments differs", () => {
    const routes = patterns("GET /x/{a}", "POST /x/{a}", "GET /x/y", "GET /x/{a}/{b}", "GET /x");
    expect(findHidden(routes)).toBeNull();
  });
});
