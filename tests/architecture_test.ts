/**
 * The rules of the house that a reader would otherwise have to remember: which way imports point, how
 * long a file is, how many a folder holds, what it may be called, and how it begins.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";

const ROOT = new URL("../", import.meta.url).pathname;

/** What each layer may import of the others; a layer always has itself. `main.ts` is one, too. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  catalog: [],
  config: ["catalog", "codec"],
  codec: ["catalog"],
  observe: ["errors"],
  audit: ["errors", "observe"],
  db: ["catalog", "codec", "errors", "observe"],
  guardrails: ["catalog", "db"],
  routes: ["audit", "catalog", "codec", "db", "errors", "observe"],
  server: ["catalog", "db", "errors", "guardrails", "observe", "routes"],
  tasks: ["catalog", "config", "db", "errors", "guardrails", "observe", "routes", "server"],
  composition: ["audit", "config", "db", "deno.json", "observe", "routes", "server"],
  "main.ts": ["composition", "config", "observe", "server"],
  deploy: [],
};

/**
 * The rooms of a layer, in the order in which they may import each other: each has those before it.
 * A file outside the layer's folders is a room by its own name, or else the room `.`.
 */
const ROOMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  catalog: [["text"], ["statement"], ["tags"], ["query.ts"], ["parse"], ["checks"], ["."]],
  db: [["driver"], ["schema"], ["prepare"], ["migrate"], ["availability"], ["share"], ["run"], [
    "bulk",
  ]],
  routes: [
    ["context.ts", "addresses.ts"],
    ["step.ts"],
    ["load"],
    ["generate"],
    ["idempotency"],
    ["input"],
    ["quota", "control"],
    ["paging"],
    ["audit"],
    ["route_pattern.ts"],
    ["respond", "auth", "middleware", "cors"],
    ["through_steps.ts"],
    ["openapi"],
    ["docs"],
    ["handwritten"],
    ["."],
  ],
};

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
  "node:crypto": ["db", "observe", "routes"],
  "node:path": ["routes"],
  "node:process": ["db", "observe"],
  "node:timers": ["db", "routes"],
  "node:url": ["routes", "tasks"],
};

/** No layer knows these. All but the example know every layer. */
const OUTSIDE = ["dev", "tests", "bench", "cql"];

/** A pure layer asks nothing of the machine. */
const PURE = ["catalog", "codec", "errors"];

/** The files of a pure layer that read files. */
const READERS = ["catalog/load.ts", "catalog/read_sources.ts"];

/** For tests beside them. */
const TEST_SUPPORT = ["codec/expect_codec.ts"];

const MAX_LINES = 350;

const MAX_FILES = 20;

/** Folders that may have more: each is a list of one kind. */
const LISTS = ["guardrails/rules"];

/** Tests of the project as a whole; all others are in a room. */
const OUTSIDE_TEST_ROOMS = [
  "tests/architecture_test.ts",
  "tests/docs_test.ts",
  "tests/prose_test.ts",
];

const VAGUE = /(^|[/_])(utils?|helpers?|common|manager|misc)([_.]|$)/;

interface Module {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly isTest: boolean;
  /** As written. */
  readonly imports: readonly string[];
}

const modules = await readModules();

async function readModules(): Promise<Module[]> {
  const paths = await listSources("");
  return await Promise.all(
    paths.sort().map(async (path) => {
      const text = await Deno.readTextFile(ROOT + path);
      return {
        path,
        layer: path.split("/")[0]!,
        text,
        isTest: /_test\.ts$/.test(path) || path.startsWith("tests/") ||
          TEST_SUPPORT.includes(path),
        imports: importsOf(text),
      };
    }),
  );
}

async function listSources(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (name.startsWith(".") || name === "fixtures" || name === "node_modules") continue;
    if (isDirectory) paths.push(...await listSources(`${folder}${name}/`));
    else if (name.endsWith(".ts")) paths.push(folder + name);
  }
  return paths;
}

function importsOf(text: string): string[] {
  const static_ = /^(?:import|export)\s(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm;
  const dynamic = /\bimport\(\s*"([^"]+)"/g;
  return [...text.matchAll(static_), ...text.matchAll(dynamic)].map(([, specifier]) => specifier!);
}

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

/** The files that a module imports. */
function targetsOf({ path, imports }: Module): string[] {
  return imports.filter((specifier) => specifier.startsWith(".")).map((specifier) =>
    new URL(specifier, `file:///${path}`).pathname.slice(1)
  );
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

/** The folders with more than {@link MAX_FILES}; a test beside its module does not count. */
function largeFolders(paths: readonly string[]): string[] {
  const isBeside = (path: string) =>
    path.endsWith("_test.ts") && paths.includes(path.replace("_test.ts", ".ts"));
  const counted = paths.filter((path) => !isBeside(path));
  const byFolder = Map.groupBy(counted, (path) => path.slice(0, path.lastIndexOf("/")));
  return [...byFolder].filter(([, { length }]) => length > MAX_FILES).map(([folder]) => folder);
}

/** The code alone; a comment may explain what the code must not know. */
function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
}

function packageName(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

/** Bounds, in a test, on how long something takes: what is below half a minute fails on a busy machine. */
function timeBoundsIn(text: string): string[] {
  const subject = String.raw`(?:[^()]|\((?:[^()]|\([^()]*\))*\))*`;
  const bounds = new RegExp(
    String.raw`\bexpect\((${subject})\)\s*\.toBeLessThan(?:OrEqual)?\(([^;]*)\);`,
    "g",
  );
  const compared = /\bexpect\([^;]*\bnow\(\) - \w+ <=? [^;]*;/g;
  const isTime = /\bnow\(\) - |\b(?:elapsed|took|duration)\w*,?\s*$/i;
  return [
    ...[...text.matchAll(bounds)].filter(([, subject = "", bound = ""]) =>
      isTime.test(subject) && !(Number(bound.replaceAll("_", "")) >= 30_000)
    ),
    ...text.matchAll(compared),
  ].map(([found]) => found);
}

const production = modules.filter(({ layer, isTest }) => !isTest && !OUTSIDE.includes(layer));

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

  it("the example knows the public face alone", () => {
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

  it("a pure layer asks nothing of the machine", () => {
    const wrong = production.filter(({ layer, path, text }) =>
      PURE.includes(layer) && !READERS.includes(path) && /\bDeno\.|\bfetch\(|Date\.now\(/.test(text)
    ).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("only entry points read the environment", () => {
    const files = production.filter(({ text }) => /\bDeno\.env\b/.test(text)).map(({ path }) =>
      path
    );
    expect(files).toEqual([
      "deploy/healthcheck.ts",
      "main.ts",
      "tasks/check.ts",
      "tasks/config.ts",
      "tasks/migrate.ts",
      "tasks/read_paths.ts",
      "tasks/write_paths.ts",
    ]);
  });

  it(`no file has more than ${MAX_LINES} lines`, () => {
    const long = modules.filter(({ isTest }) => !isTest)
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });

  it(`no folder has more than ${MAX_FILES} files, unless it is a list of one kind`, () => {
    expect(largeFolders(modules.map(({ path }) => path)).sort()).toEqual(LISTS);
  });

  it("a test of the whole service is in a room", () => {
    const outside = modules.map(({ path }) => path).filter((path) => /^tests\/[^/]+$/.test(path));
    expect(outside).toEqual(OUTSIDE_TEST_ROOMS);
  });

  it("no file is called after nothing in particular", () => {
    expect(modules.map(({ path }) => path).filter((path) => VAGUE.test(path))).toEqual([]);
  });

  it("two exports of a layer do not share a name", () => {
    const declared =
      /^export (?:async )?(?:abstract )?(?:function\*?|class|const|interface|type) (\w+)/gm;
    const exports = production.flatMap(({ path, layer, text }) => {
      const names = new Set([...text.matchAll(declared)].map(([, name]) => name!));
      return [...names].map((name) => ({ key: `${layer}: ${name}`, path }));
    });
    const shared = [...Map.groupBy(exports, ({ key }) => key)]
      .filter(([, { length }]) => length > 1)
      .map(([key, found]) => `${key} in ${found.map(({ path }) => path).join(", ")}`);
    expect(shared).toEqual([]);
  });

  it("what a file exports as a value is used in another", () => {
    const declared = /^export (?:async )?(?:abstract )?(?:function\*?|class|const) (\w+)/gm;
    const importers = new Map<string, Module[]>();
    for (const module of modules) {
      for (const target of targetsOf(module)) {
        importers.set(target, [...importers.get(target) ?? [], module]);
      }
    }
    const unused = modules.filter(({ layer }) => !OUTSIDE.includes(layer)).flatMap(
      ({ path, text }) => {
        const names = new Set([...text.matchAll(declared)].map(([, name]) => name!));
        const isUsed = (name: string) =>
          importers.get(path)?.some((importer) => new RegExp(`\\b${name}\\b`).test(importer.text));
        return [...names].filter((name) => !isUsed(name)).map((name) => `${name} in ${path}`);
      },
    );
    expect(unused).toEqual([]);
  });

  it("every module begins by saying what it owns", () => {
    const silent = modules.filter(({ path, text }) =>
      !/_test\.ts$/.test(path) && !/^\/\*\*\n(?: \*.*\n)*? \* @module\n/.test(text)
    ).map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it("no module keeps a state of its own, except of the driver's objects while they live", () => {
    const state = /^(?:export )?(?:let |const \w+(?:: [^=]+)? = new (?:Map|Set)\b[^(]*\(\);)/m;
    const remembers = /^(?:export )?const \w+(?:: [^=]+)? = new Weak(?:Map|Set)\b/m;
    const wrong = production.filter(({ path, text }) =>
      state.test(text) || remembers.test(text) && !path.startsWith("db/driver/")
    ).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("no type escapes the checker", () => {
    const wrong = production.filter(({ text }) =>
      /:\s*any\b|\bas any\b|@ts-(?:ignore|nocheck)/.test(text)
    )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("no test bounds how long something takes", () => {
    // A scenario has a ring of nodes, and the machine for itself.
    const tests = modules.filter(({ isTest, path }) => isTest && !path.endsWith("scenario.ts"));
    const wrong = tests.flatMap(({ path, text }) =>
      timeBoundsIn(text).map((found) => `${path}: ${found}`)
    );
    expect(wrong).toEqual([]);
  });

  it("timeBoundsIn() finds bounds of several forms, and no near misses", () => {
    const ofLess = (subject: string, bound: string) =>
      `${"expect"}(${subject}).toBeLessThan(${bound});`;
    const wrong = [
      ofLess("performance.now() - startedAt", "1_000"),
      ofLess("Date.now() - since(a, (b))", "TIMEOUT_MS + SLACK_MS"),
      ofLess("result.durationMs", "9_000"),
      ofLess("\n  elapsedMs,\n", "9_000").replace("Than", "ThanOrEqual"),
      `${"expect"}([name, performance.now() - before < 10_000]).toEqual([name, true]);`,
    ];
    const right = [
      ofLess("performance.now() - startedAt", "30_000"),
      ofLess("fetches", "2 + (performance.now() - begin) / PAUSE_MS"),
      ofLess("cassandraMs", "durationMs"),
      ofLess("time.deadline() - performance.now()", "40_001"),
      ofLess("durationMs", "9_000").replace("Less", "Greater"),
    ];
    for (const text of wrong) expect([text, timeBoundsIn(text).length]).toEqual([text, 1]);
    for (const text of right) expect([text, timeBoundsIn(text).length]).toEqual([text, 0]);
  });

  it("no test asks for the memory of the process that all tests share", () => {
    const wrong = modules.filter(({ isTest, text }) =>
      isTest && /\bDeno\.memoryUsage\b/.test(text)
    );
    // It collects first, and leaves out what the process has beside the heap.
    expect(wrong.map(({ path }) => path)).toEqual(["tests/support/kept_memory.ts"]);
  });

  it("no test escapes the checker by telling the linter so", () => {
    const rule = ["no", "explicit", "any"].join("-");
    expect(modules.filter(({ text }) => text.includes(rule)).map(({ path }) => path)).toEqual([]);
  });
});
