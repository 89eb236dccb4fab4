import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { type ReadOptions, readSources } from "./read_sources.ts";

describe("readSources()", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(path, bytes);
    }
  }

  /** What is read, what is reported and what is warned of, with paths from the folder on. */
  async function read(options: Partial<ReadOptions> = {}) {
    const short = (text: string) => text.replaceAll(`${folder}/`, "");
    const reports: string[] = [];
    const warnings: string[] = [];
    const files = await readSources(folder, {
      folders: "read",
      report: ({ message }) => reports.push(short(message)),
      warn: (message) => warnings.push(short(message)),
      ...options,
    });
    return { files: files?.map(({ path, text }) => [short(path), text]), reports, warnings };
  }

  it("gives null for a folder that does not exist", async () => {
    await Deno.remove(folder);
    expect((await read()).files).toBeUndefined();
    await Deno.mkdir(folder);
    expect((await read()).files).toEqual([]);
  });

  it("reads all folders in the order of their names, or one alone", async () => {
    await write({ "b.cql": "b", "a/z.cql": "z", "a/b/c.cql": "c", "c.cql": "c" });
    expect(await read()).toEqual({
      files: [["a/b/c.cql", "c"], ["a/z.cql", "z"], ["b.cql", "b"], ["c.cql", "c"]],
      reports: [],
      warnings: [],
    });
    expect(await read({ folders: "warn" })).toEqual({
      files: [["b.cql", "b"], ["c.cql", "c"]],
      reports: [],
      warnings: [`"a" is not read: move its files into "${folder}"`],
    });
  });

  it("reads files of another kind, and leaves folders alone", async () => {
    await write({ "a.ts": "a", "b.cql": "b", "c.TS": "c", "d/e.ts": "e" });
    const kind = {
      isRead: (name: string) => name.endsWith(".ts"),
      isMeant: (name: string) => /\.ts/i.test(name),
      ending: ".ts",
    };
    expect(await read({ folders: "leave", kind })).toEqual({
      files: [["a.ts", "a"]],
      reports: [],
      warnings: ['"c.TS" is not read: its name does not end in ".ts"'],
    });
  });

  it("follows links as a mounted ConfigMap has them", async () => {
    await write({ "..2026_11_25/0001_a.cql": "a", "..2026_11_25/0002_b.cql": "b" });
    await Deno.symlink("..2026_11_25", `${folder}/..data`);
    for (const name of ["0001_a.cql", "0002_b.cql"]) {
      await Deno.symlink(`..data/${name}`, `${folder}/${name}`);
    }
    for (const folders of ["read", "warn"] as const) {
      expect(await read({ folders })).toEqual({
        files: [["0001_a.cql", "a"], ["0002_b.cql", "b"]],
        reports: [],
        warnings: [],
      });
    }
  });

  it("reads the folder that a link leads to, and none twice on the way down", async () => {
    await write({ "..old/a.cql": "a", "b/c.cql": "c" });
    await Deno.symlink("..old", `${folder}/a`);
    await Deno.symlink(".", `${folder}/self`);
    await Deno.symlink("../b", `${folder}/b/again`);
    expect(await read()).toEqual({
      files: [["a/a.cql", "a"], ["b/c.cql", "c"]],
      reports: [],
      warnings: ["b/again", "self"].map((name) =>
        `"${name}" is not read: it leads back to a folder that it is in`
      ),
    });
  });

  it("reports what cannot be read, and goes on", async () => {
    await write({
      "ascii.cql": "SELECT",
      "latin1.cql": Uint8Array.of(0x27, 0xe9, 0x27),
      "utf16.cql": Uint8Array.of(0xff, 0xfe, 0x53, 0x00),
      "half.cql": Uint8Array.of(0xc3),
      "surrogate.cql": Uint8Array.of(0xed, 0xa0, 0x80),
    });
    await Deno.symlink("nowhere.cql", `${folder}/broken.cql`);
    await Deno.symlink("nowhere", `${folder}/notes.txt`);
    await Deno.symlink("loop.cql", `${folder}/loop.cql`);
    const { code } = await new Deno.Command("mkfifo", { args: [`${folder}/pipe.cql`] }).output();
    expect(code).toBe(0);
    const { files, reports, warnings } = await read();
    expect(files).toEqual([["ascii.cql", "SELECT"]]);
    expect(warnings).toEqual(['Cannot read "notes.txt": the link leads to nothing']);
    expect(reports).toEqual([
      'Cannot read "broken.cql": the link leads to nothing',
      'Cannot decode "half.cql": not UTF-8',
      'Cannot decode "latin1.cql": not UTF-8',
      'Cannot read "loop.cql": the link leads back to itself',
      'Cannot read "pipe.cql": it is not a file',
      'Cannot decode "surrogate.cql": not UTF-8',
      'Cannot decode "utf16.cql": not UTF-8',
    ]);
  });

  it("keeps every character but a byte order mark", async () => {
    await write({ "a.cql": "\uFEFFé\uFFFD\r\n\uFEFF\0" });
    expect((await read()).files).toEqual([["a.cql", "é\uFFFD\r\n\uFEFF\0"]]);
  });

  it("warns of names that look as if they were meant", async () => {
    const meant = [
      "#0001_a.cql#",
      "0001_a",
      "0002-a.txt",
      "0003_a.CQL",
      "0004_a.cql.bak",
      "0004_a.cql.orig",
      "0004_a.cql~",
      "a.Sql",
      "a.sql",
    ];
    const others = [".a.cql.swp", "README.md", "1_a.txt", "notes", "sql.txt", ".#0001_a.cql"];
    await write(Object.fromEntries([...meant, ...others].map((name) => [name, "x"])));
    const { files, reports, warnings } = await read();
    expect([files, reports]).toEqual([[], []]);
    expect(warnings).toEqual(
      meant.map((name) => `"${name}" is not read: its name does not end in ".cql"`),
    );
  });
});
