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
    const declared = /^export (?:async )?(?:abstract )?(?:function\*?|class|const) (\w+)/gm;
    const importers = new Map<string, Module[]>();
    for (const module of modules) {
      for (const target of targetsOf(module)) {
        const importer = { ...module, text: withoutComments(module.text) };
        importers.set(target, [...importers.get(target) ?? [], importer]);
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
});
