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

/** Words of query files and of the driver that are alike: what is about them is, too. */
const GIVEN = /raw|row|FrameHeader|FrameReader/i;

interface Named {
  readonly path: string;
  readonly name: string;
}

/**
 * Whether a reader may take one name for the other: they differ by one letter. A type and its value may, a name and its
 * plural where both are types or in one file, and words that are short by themselves.
 */
function isEasyToMixUp(one: Named, other: Named): boolean {
  const [{ name: short }, { name: long }] = one.name.length <= other.name.length
    ? [one, other]
    : [other, one];
  if (short.length <= 4 || long.length - short.length > 1) return false;
  if (short.toLowerCase() === long.toLowerCase() || /_[A-Z]$/.test(short)) return false;
  if (GIVEN.test(short) && GIVEN.test(long)) return false;
  const areTypes = /^[A-Z]+[a-z]/.test(long);
  if (long === `${short}s` && (areTypes || one.path === other.path)) return false;
  const at = [...long].findIndex((letter, index) => letter !== short[index]);
  return long.slice(at + 1) === short.slice(at + (long.length === short.length ? 1 : 0));
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

  it("have names that do not differ by one letter from others of their layer", () => {
    const declared =
      /^export (?:async )?(?:abstract )?(?:function\*?|class|const|interface|type) (\w+)/gm;
    const named = production.flatMap(({ layer, path, text }) => {
      const names = new Set([...text.matchAll(declared)].map(([, name]) => name!));
      return [...names].map((name) => ({ layer, path, name }));
    });
    const mixedUp = [...Map.groupBy(named, ({ layer }) => layer)].flatMap(([layer, exports]) =>
      exports.flatMap((one, index) =>
        exports.slice(index + 1).filter((other) => isEasyToMixUp(one, other))
          .map((other) => `${layer}: ${one.name} and ${other.name}`)
      )
    );
    expect(mixedUp).toEqual([]);
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
