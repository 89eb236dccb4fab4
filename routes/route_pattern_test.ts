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

function permutationsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutationsOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest])
  );
}

function triplesOf<Item>(items: readonly Item[]): [Item, Item, Item][] {
  return items.flatMap((a) =>
    items.flatMap((b) => items.map((c): [Item, Item, Item] => [a, b, c]))
  );
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

  const MIXED = [
    ["/users/{id}", "/users", "/users/me"],
    ["/", "/{a}", "/{a}/{b}", "/x/{b}", "/{a}/y", "/x/y"],
    [
      "/users",
      "/users/{id}",
      "/users/me",
      "/users/{id}/notes",
      "/users/me/{note}",
      "/users/me/all",
    ],
  ];
  for (const paths of MIXED) {
    it(`puts no route after one that covers it, in whatever order come ${paths.join(" ")}`, () => {
      for (const order of permutationsOf(paths)) {
        const sorted = order.map((path) => ({ method: "GET", path })).toSorted(bySpecificity);
        const covered = sorted.filter((route, index) =>
          routesFor(route.path, sorted.slice(0, index)).length > 0
        );
        expect({ order, covered }).toEqual({ order, covered: [] });
      }
    });
  }

  it("agrees with itself on each three routes", () => {
    const routes = patterns(...new Set(MIXED.flat().map((path) => `GET ${path}`)));
    for (const [a, b, c] of triplesOf(routes)) {
      const signs = [bySpecificity(a, b), bySpecificity(b, c), bySpecificity(a, c)].map(Math.sign);
      expect(Math.sign(bySpecificity(b, a)) + signs[0]!).toBe(0);
      // Equal to the same is equal, and after what is not before is not before.
      if (signs[0]! >= 0 && signs[1]! >= 0) expect(signs[2]).toBe(Math.max(signs[0]!, signs[1]!));
    }
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
