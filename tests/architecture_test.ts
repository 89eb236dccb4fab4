/**
 * Which way imports point: between layers, between the rooms of a layer, and to packages. The other rules of
 * the house are in `rules/`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { type Module, modules, production, targetsOf, withoutComments } from "./rules/modules.ts";

/** What each layer may import of the others; a layer always has itself. `main.ts` is one, too. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  runtime: [],
  catalog: [],
  config: ["catalog", "codec"],
  codec: ["catalog", "runtime"],
  observe: ["errors", "runtime"],
  audit: ["errors", "observe"],
  db: ["catalog", "codec", "errors", "observe", "runtime"],
  guardrails: ["catalog", "db"],
  routes: ["audit", "catalog", "codec", "db", "errors", "observe", "runtime"],
  server: ["catalog", "db", "errors", "guardrails", "observe", "routes", "runtime"],
  tasks: ["catalog", "config", "db", "errors", "guardrails", "observe", "routes", "server"],
  composition: ["audit", "config", "db", "deno.json", "observe", "routes", "runtime", "server"],
  "main.ts": ["composition", "config", "observe", "server", "tasks"],
  deploy: [],
};

/**
 * The rooms of a layer, in the order in which they may import each other: each has those before it.
 * A file outside the layer's folders is a room by its own name, or else the room `.`.
 */
const ROOMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  catalog: [["text"], ["statement"], ["tags"], ["query.ts"], ["parse"], ["checks"], ["."]],
  db: [
    ["driver"],
    ["schema"],
    ["prepare"],
    ["migrate"],
    ["availability"],
    ["share"],
    ["run"],
    ["bulk"],
  ],
  routes: [
    ["context.ts", "addresses.ts"],
    ["step.ts", "http_version.ts"],
    ["load"],
    ["generate"],
    ["idempotency"],
    ["input"],
    ["quota", "control"],
    ["paging"],
    ["audit"],
    ["route_pattern.ts"],
    ["respond", "auth", "cors"],
    ["middleware"],
    ["through_steps.ts"],
    ["openapi"],
    ["docs"],
    ["handwritten"],
    ["."],
  ],
};

/** Rooms that know each other: an issuer has rules for its tokens, and a token is verified by its issuer's keys. */
const MUTUAL = ["routes/auth/issuer/ imports routes/auth/jwt/"];

/** The rooms on the map of `ARCHITECTURE.md`, in its order; `docs_test.ts` sees that every folder is there. */
const MAP: readonly string[] = [
  ...(await Deno.readTextFile(new URL("../ARCHITECTURE.md", import.meta.url)))
    .matchAll(/^\| `((?:\w+\/){2,})`/gm),
].map(([, room]) => room!);

/** Packages that only these layers may import. A package that is not here is open to none. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "cassandra-driver": ["db"],
  "hono": ["routes"],
  // Its `z` is zod with `.openapi()`, which codecs describe themselves with.
  "@hono/zod-openapi": ["codec", "routes"],
  "zod": ["audit", "codec", "routes"],
  "jose": ["routes"],
  "re2js": ["catalog"],
  "@scalar/fastify-api-reference": ["routes"],
  "prom-client": ["observe"],
  "@logtape/logtape": ["observe", "composition", "main.ts"],
  "@opentelemetry/api": ["db", "observe", "routes"],
  "node:buffer": ["codec", "db", "observe", "routes"],
  "node:crypto": ["db", "observe", "routes", "server"],
  "node:path": ["routes", "tasks"],
  "node:process": ["db", "observe"],
  "node:timers": ["db", "routes", "runtime"],
  "node:url": ["routes", "tasks"],
};

/** The layer that a relative import leads to; null for a package. */
function targetLayer({ path }: Module, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const url = new URL(specifier, `file:///${path}`);
  return url.pathname.slice(1).split("/")[0]!;
}

/** The room of a file: the first folder below its layer's. */
function roomOf(path: string): string {
  const [layer = "", room = "", ...rest] = path.split("/");
  if (rest.length > 0) return room;
  return ROOMS[layer]?.flat().includes(room) ? room : ".";
}

/** Every circle of imports that a walk from file to file runs into, as the files on it. */
function circlesOf(all: readonly Module[]): string[] {
  const byPath = new Map(all.map((module) => [module.path, module]));
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    const module = byPath.get(path);
    if (module === undefined || done.has(path)) return;
    for (const target of targetsOf(module)) visit(target, [...trail, path]);
    done.add(path);
  }
  for (const { path } of all) visit(path, []);
  return circles;
}

function packageName(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

describe("architecture", () => {
  it("knows every layer", () => {
    const layers = new Set(production.map(({ layer }) => layer));
    expect([...layers].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  it("imports point one way", () => {
    const wrong = production.flatMap((module) =>
      module.imports.flatMap((specifier) => {
        const target = targetLayer(module, specifier);
        const allowed = target === null || target === module.layer ||
          LAYERS[module.layer]!.includes(target);
        return allowed ? [] : [`${module.path} imports ${specifier}`];
      })
    );
    expect(wrong).toEqual([]);
  });

  it("no two files import each other, over however many others", () => {
    expect(circlesOf(modules)).toEqual([]);
  });

  it("the rooms of a layer import each other one way", () => {
    const wrong = production.flatMap((module) => {
      const rooms = ROOMS[module.layer] ?? [];
      const rank = (path: string) => rooms.findIndex((row) => row.includes(roomOf(path)));
      return targetsOf(module).filter((target) => {
        if (rooms.length === 0 || target.split("/")[0] !== module.layer) return false;
        if (roomOf(target) === roomOf(module.path)) return false;
        return rank(target) === -1 || rank(target) >= rank(module.path);
      }).map((target) => `${module.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("a room imports only the rooms above it on the map, and those inside it", () => {
    expect(MAP.length).toBeGreaterThan(80);
    const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
    const wrong = production.flatMap((module) => {
      const room = folderOf(module.path);
      return targetsOf(module).map(folderOf).filter((target) =>
        MAP.includes(room) && MAP.includes(target) && !target.startsWith(room) &&
        target.split("/")[0] === module.layer && MAP.indexOf(target) > MAP.indexOf(room)
      ).map((target) => `${room} imports ${target}`);
    });
    expect([...new Set(wrong)]).toEqual(MUTUAL);
  });

  it("db knows nothing of HTTP", () => {
    const http =
      /\b(?:pointer|headers|new URL|URLSearchParams)\b|["'`]\/(?:path|query|header|body)\b/i;
    const wrong = production.filter(({ layer }) => layer === "db").flatMap(({ path, text }) =>
      withoutComments(text).split("\n").filter((line) => http.test(line))
        .map((line) => `${path}: ${line.trim()}`)
    );
    expect(wrong).toEqual([]);
  });

  it("routes know nothing of the driver", () => {
    const wrong = production.filter(({ layer }) => layer === "routes").flatMap((module) =>
      targetsOf(module).filter((target) => target.startsWith("db/driver/"))
        .map((target) => `${module.path} imports ${target}`)
    );
    expect(wrong).toEqual([]);
  });

  it("codec takes only types of the catalog", () => {
    const wrong = production.filter(({ layer }) => layer === "codec").flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type )[^;]*?"\.\.\/(?:\.\.\/)?catalog\/[^"]+"/gm)]
        .map(([statement]) => `${path}: ${statement}`)
    );
    expect(wrong).toEqual([]);
  });

  it("a package is used where it belongs", () => {
    const wrong = production.flatMap((module) =>
      module.imports.filter((specifier) =>
        !specifier.startsWith(".") &&
        !(PACKAGES[packageName(specifier)] ?? []).includes(module.layer)
      ).map((specifier) => `${module.path} imports ${specifier}`)
    );
    expect(wrong).toEqual([]);
  });

  it("the example knows only the public face", () => {
    const example = modules.filter(({ layer }) => layer === "cql");
    expect(example.length).toBeGreaterThan(0);
    expect([...new Set(example.flatMap(({ imports }) => imports))]).toEqual(["cqlgate"]);
  });

  it("dev knows no test", () => {
    const wrong = modules.filter(({ layer, isTest }) => layer === "dev" && !isTest).flatMap(
      (module) =>
        module.imports.filter((specifier) => targetLayer(module, specifier) === "tests")
          .map((specifier) => `${module.path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("only db reaches into the driver, and only in one file", () => {
    const files = production.filter(({ imports }) =>
      imports.some((specifier) => specifier.startsWith("cassandra-driver/"))
    ).map(({ path }) => path);
    expect(files).toEqual(["db/driver/internals/driver_internals.ts"]);
  });
});
