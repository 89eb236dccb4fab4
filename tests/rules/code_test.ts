import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { production } from "./modules.ts";

/** Layers that ask nothing of the machine. */
const PURE = ["catalog", "codec", "errors", "runtime"];

/** The files of a pure layer that read files. */
const READERS = ["catalog/load.ts", "catalog/read_sources.ts"];

describe("the code of the service", () => {
  it("asks nothing of the machine in a pure layer", () => {
    const wrong = production.filter(({ layer, path, text }) =>
      PURE.includes(layer) && !READERS.includes(path) && /\bDeno\.|\bfetch\(|Date\.now\(/.test(text)
    ).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("reads the environment only in entry points", () => {
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

  it("keeps no state in a module, except of the driver's objects while they live", () => {
    const state = /^(?:export )?(?:let |const \w+(?:: [^=]+)? = new (?:Map|Set)\b[^(]*\(\);)/m;
    const remembers = /^(?:export )?const \w+(?:: [^=]+)? = new Weak(?:Map|Set)\b/m;
    const wrong = production.filter(({ path, text }) =>
      state.test(text) || remembers.test(text) && !path.startsWith("db/driver/")
    ).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("has no type that escapes the checker", () => {
    const wrong = production.filter(({ text }) =>
      /:\s*any\b|\bas any\b|@ts-(?:ignore|nocheck)/.test(text)
    ).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});
