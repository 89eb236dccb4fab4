import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { Observation } from "../observe/observation.ts";
import { Reloader } from "./reloader.ts";

describe("Reloader", () => {
  let cqlDir: string;
  let observations: Observation[];
  /** Called when the files are read. */
  let onRead: () => Promise<void>;
  let reads: number;
  let reloader: Reloader;
  beforeEach(async () => {
    cqlDir = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await write("queries/a.cql", "a");
    observations = [];
    onRead = () => Promise.resolve();
    reads = 0;
    reloader = new Reloader({
      cqlDir,
      intervalMs: null,
      observe: (each) => observations.push(each),
      activation: {
        load: () => Promise.resolve(),
        async reload(assertWhole) {
          reads++;
          await onRead();
          await assertWhole?.();
        },
      },
    });
    await reloader.load();
  });
  afterEach(() => Deno.remove(cqlDir, { recursive: true }));

  async function write(name: string, text: string): Promise<void> {
    await Deno.mkdir(`${cqlDir}/${name.slice(0, name.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${cqlDir}/${name}`, text);
  }

  it("reads nothing again where no file has changed", async () => {
    await write("queries/.a.cql.swp", "a");
    await write("README.md", "a");
    await reloader.reload();
    expect(reads).toBe(0);
    expect(observations).toMatchObject([{ kind: "notice" }]);
  });

  for (
    const [what, change] of [
      ["is changed", () => write("queries/a.cql", "b")],
      ["is added, in a folder", () => write("queries/more/b.cql", "b")],
      ["is removed", () => Deno.remove(`${cqlDir}/queries/a.cql`)],
      ["is a migration", () => write("migrations/0001_a.cql", "a")],
      ["leads to nothing", () => Deno.symlink("nowhere", `${cqlDir}/queries/c.cql`)],
    ] as const
  ) {
    it(`reads the files again where one ${what}`, async () => {
      await change();
      await reloader.reload();
      await reloader.reload();
      expect(reads).toBe(1);
    });
  }

  it("reads the files again after changes within one tick of their clock, of the same size", async () => {
    for (let change = 1; change <= 50; change++) {
      await Deno.writeTextFile(`${cqlDir}/queries/a.cql`, String.fromCharCode(0x100 + change));
      await reloader.reload();
    }
    expect(reads).toBe(50);
  });

  it("reads once for all who ask meanwhile", async () => {
    await write("queries/a.cql", "bb");
    await Promise.all([reloader.reload(), reloader.reload(), reloader.reload()]);
    expect(reads).toBe(1);
  });

  it("takes no files of before a change together with files of after it", async () => {
    await write("queries/a.cql", "bb");
    onRead = () => reads === 1 ? write("queries/b.cql", "b") : Promise.resolve();
    await reloader.reload();
    expect(reads).toBe(2);
    expect(observations).toEqual([]);
  });

  it("reports files that do not come to rest", async () => {
    onRead = () => write("queries/a.cql", "b".repeat(reads));
    await write("queries/a.cql", "bb");
    await reloader.reload();
    expect(reads).toBe(5);
    expect(observations).toMatchObject([{
      kind: "reload",
      succeeded: false,
      cause: { message: "Cannot read the project: its files keep changing" },
    }]);
  });

  it("reports what keeps them from being served, and tries the same files again when asked", async () => {
    await write("queries/a.cql", "bb");
    const cause = new Error("no");
    onRead = () => Promise.reject(cause);
    await reloader.reload();
    await reloader.reload();
    expect(reads).toBe(2);
    const failure = { kind: "reload", succeeded: false, cause };
    expect(observations).toEqual([failure, failure]);
  });

  it("warns of code that has changed, once for each change", async () => {
    await write("routes/a.ts", "a");
    await reloader.reload();
    await reloader.reload();
    expect(observations).toMatchObject([{ kind: "warning" }, { kind: "notice" }, {
      kind: "notice",
    }]);
    expect(reads).toBe(0);
  });

  it("warns of changed code once while other files keep changing", async () => {
    onRead = () => write("queries/a.cql", `Change ${reads}`);
    await write("routes/a.ts", "a");
    await write("queries/a.cql", "b");
    await reloader.reload();
    expect(observations).toMatchObject([{ kind: "warning" }, { kind: "reload", succeeded: false }]);
  });

  it("takes nothing over once it was stopped, and reports no failure of what was under way", async () => {
    await write("queries/a.cql", "b");
    onRead = () => {
      reloader.stop();
      return Promise.reject(new Error("The service is shutting down"));
    };
    await reloader.reload();
    await reloader.reload();
    expect([reads, observations]).toEqual([1, []]);
  });
});
