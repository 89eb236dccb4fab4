/**
 * The rules of the house that a reader would otherwise have to remember: which way imports point, how
 * long a file is, what it may be called, and how it begins.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";

const ROOT = new URL("../", import.meta.url).pathname;

/** What each layer may import of the others; a layer always has itself. The root's files are layers. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "settings.ts": [],
  "setting_reader.ts": ["catalog", "settings.ts"],
  "config.ts": ["catalog", "setting_reader.ts"],
  catalog: [],
  codec: ["catalog"],
  observe: ["errors.ts"],
  db: ["catalog", "codec", "errors.ts", "observe"],
  routes: ["catalog", "codec", "db", "errors.ts", "observe"],
  tasks: ["catalog", "config.ts", "db", "errors.ts", "observe"],
  "main.ts": [
    "activation.ts",
    "catalog",
    "codec",
    "config.ts",
    "db",
    "errors.ts",
    "listen.ts",
    "observe",
    "routes",
    "runtime.ts",
    "setting_reader.ts",
    "within.ts",
  ],
  deploy: [],
  "runtime.ts": [],
  "within.ts": [],
  "listen.ts": ["errors.ts", "within.ts"],
  "activation.ts": ["catalog", "db", "errors.ts", "observe"],
};

/** Packages that only these layers may import. A package that is not here is open to none. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "cassandra-driver": ["db"],
  "hono": ["routes"],
  // Its `z` is zod with `.openapi()`, which codecs describe themselves with.
  "@hono/zod-openapi": ["codec", "routes"],
  "zod": ["codec", "routes"],
  "jose": ["routes"],
  "swagger-ui-dist": ["routes"],
  "prom-client": ["observe"],
  "@logtape/logtape": ["observe", "main.ts"],
  "@opentelemetry/api": ["db", "routes"],
  "node:buffer": ["codec", "db", "routes"],
  "node:crypto": ["db"],
  "node:timers": ["routes"],
};

/** These know every layer, and no layer knows them. */
const OUTSIDE = ["dev", "tests", "bench"];

/** A pure layer asks nothing of the machine. */
const PURE = ["catalog", "codec", "errors.ts"];

/** The one file of a pure layer that reads files. */
const READERS = ["catalog/load.ts"];

/** For tests beside them. */
const TEST_SUPPORT = ["codec/expect_codec.ts"];

const MAX_LINES = 350;
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

function packageName(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
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
    expect(files).toEqual(["db/driver_internals.ts"]);
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
      "tasks/migrate.ts",
    ]);
  });

  it(`no file has more than ${MAX_LINES} lines`, () => {
    const long = modules.filter(({ isTest }) => !isTest)
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });

  it("no file is called after nothing in particular", () => {
    expect(modules.map(({ path }) => path).filter((path) => VAGUE.test(path))).toEqual([]);
  });

  it("every module begins by saying what it owns", () => {
    const silent = modules.filter(({ path, text }) =>
      !/_test\.ts$/.test(path) && !/^\/\*\*\n(?: \*.*\n)*? \* @module\n/.test(text)
    ).map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it("no type escapes the checker", () => {
    const wrong = production.filter(({ text }) =>
      /:\s*any\b|\bas any\b|@ts-(?:ignore|nocheck)/.test(text)
    )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});
