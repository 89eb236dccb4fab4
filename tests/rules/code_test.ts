import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { production } from "./modules.ts";

/** Layers that ask nothing of the machine. */
const PURE = ["catalog", "codec", "errors", "runtime"];

/** The files of a pure layer that read files. */
const READERS = ["catalog/load.ts", "catalog/read_sources.ts"];

/**
 * V8 makes a function old at once if its text stands in an assignment to a member, and what it uses then lives until a
 * full collection (`docs/decisions/0077-what-passes-leaves-nothing-behind.md`). These do so once for a process, or for
 * a connection.
 */
const MAKE_METHODS_ONCE = [
  "db/driver/internals/connections/bounded_handshake.ts",
  "db/driver/internals/connections/current_ring.ts",
  "db/driver/internals/connections/distant_hosts.ts",
  "db/driver/internals/connections/failed_connect.ts",
  "db/driver/internals/connections/idle_timer.ts",
  "db/driver/internals/connections/kept_hosts.ts",
  "db/driver/internals/connections/late_answers.ts",
  "db/driver/internals/connections/steady_control.ts",
  "db/driver/internals/driver_internals.ts",
  "db/driver/internals/error_trace.ts",
  "db/driver/internals/note_coordinator.ts",
  "db/driver/internals/note_failures.ts",
  "db/driver/internals/wire/write_frames.ts",
  "db/driver/schema_watch/schema_event.ts",
  "observe/metrics/guarded_readings.ts",
  "observe/runtime_spans.ts",
];

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

  it("makes no function in an assignment to a member, except once", () => {
    const made =
      /\.#?\w+ (?:\?\?)?= (?:async )?(?:function\b|(?:\((?:[^()]|\([^()]*\))*\)|\w+)(?:: [^=]+)? =>)/;
    const files = production.filter(({ text }) => made.test(text)).map(({ path }) => path);
    expect(files).toEqual(MAKE_METHODS_ONCE);
  });

  it("keeps no iterator of a map or a set", () => {
    const kept =
      /#\w+(?:: [^=]+)? = this\.#?\w+(?:\.(?:entries|keys|values)|\[Symbol\.iterator\])\(/;
    const wrong = production.filter(({ text }) => kept.test(text)).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("has no type that escapes the checker", () => {
    const wrong = production.filter(({ text }) =>
      /:\s*any\b|\bas any\b|@ts-(?:ignore|nocheck)/.test(text)
    ).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});
