import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import {
  type Module,
  modules,
  OUTSIDE,
  production,
  targetsOf,
  withoutComments,
} from "./modules.ts";

/** The declaration of an exported value. */
const VALUES = /^export (?:async )?(?:abstract )?(?:function\*?|class|const) (\w+)/gm;

/** The exported values of a module. */
function valuesOf({ text }: Module): string[] {
  return [...new Set([...text.matchAll(VALUES)].map(([, name]) => name!))];
}

/** The modules that import each file, without their comments. */
function importersOf(all: readonly Module[]): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const module of all) {
    const text = withoutComments(module.text);
    for (const target of targetsOf(module)) {
      importers.set(target, [...importers.get(target) ?? [], text]);
    }
  }
  return importers;
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

describe("exports", () => {
  it("have names of their own in a layer", () => {
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

  it("are used in another file if they are values", () => {
    const importers = importersOf(modules);
    const unused = modules.filter(({ layer }) => !OUTSIDE.includes(layer)).flatMap((module) =>
      valuesOf(module).filter((name) =>
        !importers.get(module.path)?.some((text) => mentions(text, name))
      ).map((name) => `${name} in ${module.path}`)
    );
    expect(unused).toEqual([]);
  });

  it("are used by the service if it has them: what only tests use is with the tests", () => {
    const importers = importersOf(modules.filter(({ isTest }) => !isTest));
    const unused = production.flatMap((module) =>
      valuesOf(module).filter((name) =>
        // A test may look at what its module uses itself.
        !mentions(withoutComments(module.text).replace(VALUES, ""), name) &&
        !importers.get(module.path)?.some((text) => mentions(text, name))
      ).map((name) => `${name} in ${module.path}`)
    );
    expect(unused).toEqual([]);
  });
});
