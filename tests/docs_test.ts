/**
 * The documentation against what it documents. `deno task docs` writes the tables that come from the code.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../catalog/catalog.ts";
import { loadCatalog } from "../catalog/load.ts";
import { readTags } from "../catalog/tags/tags.ts";
import { formatDiagnostics } from "../catalog/text/diagnose.ts";
import { SETTINGS } from "../config/settings/settings.ts";
import { readMigrations } from "../db/migrate/files/migrations.ts";
import { readSection } from "../dev/docs/section.ts";
import { TABLES } from "../dev/docs/tables.ts";
import { CODES } from "../errors/codes.ts";
import { createMetrics } from "../observe/metrics/metrics.ts";
import { exposedHeaders } from "../routes/cors/exposed_headers.ts";

const ROOT = new URL("../", import.meta.url);

/** What else begins with an at sign: a field of log lines. */
const NO_TAGS = ["timestamp"];

const PAGES = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...await list("docs"),
];

async function list(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(`${folder}/`, ROOT)));
  const paths = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? list(path) : name.endsWith(".md") ? [path] : [];
  }));
  return paths.flat().sort();
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

/** The cells of a table's rows, header and rule left out. */
function rowsOf(table: string): string[][] {
  return table.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim())).slice(2);
}

/** What the changelog shows of a name that is not a setting. */
const MISSPELT = "DPOP_REQUIRED";

describe("docs", () => {
  for (const { path, name, render } of TABLES) {
    it(`${path} has the table of ${name} as the code has it`, async () => {
      const rows = rowsOf(await render());
      expect(rows.length).toBeGreaterThan(5);
      expect(rowsOf(readSection(await read(path), name) ?? "")).toEqual(rows);
    });
  }

  it("every code says when it happens and what to do", () => {
    for (const [code, { title, meaning, action }] of Object.entries(CODES)) {
      for (const text of [title, meaning, action]) {
        expect([code, text]).toEqual([code, expect.stringMatching(/^\S.{5,}[^.\s]$/)]);
      }
    }
  });

  it("query-files.md has a section for every tag, and for no other", async () => {
    const headings = [...(await read("docs/query-files.md")).matchAll(/^### @([\w-]+)$/gm)];
    const tags = Object.keys(readTags([], () => {}));
    expect(headings.map(([, name]) => name).sort()).toEqual(tags.sort());
  });

  it("query-files.md has every tag in the table at the beginning of its tags, once", async () => {
    const [overview = ""] = sectionOf(await read("docs/query-files.md"), "Tags").split("\n### ", 1);
    const listed = [...overview.matchAll(/\[`@([\w-]+)`\]\(#\1\)/g)].map(([, name]) => name);
    expect(listed.sort()).toEqual(Object.keys(readTags([], () => {})).sort());
  });

  it("names no tag that does not exist", async () => {
    const tags = Object.keys(readTags([], () => {}));
    for (const path of PAGES) {
      const named = [...(await read(path)).matchAll(/^-- @([\w-]+)|`@([\w-]+)[ `]/gm)];
      const unknown = named.map(([, inFile, inText]) => inFile ?? inText!)
        .filter((name) => !tags.includes(name) && !NO_TAGS.includes(name));
      expect([path, unknown]).toEqual([path, []]);
    }
  });

  it("has no query with a mistake", async () => {
    for (const path of PAGES) {
      const blocks = [...(await read(path)).matchAll(/^```sql\n(.*?)^```$/gms)];
      for (const [, text = ""] of blocks) {
        if (!text.includes("-- name:")) continue;
        const { diagnostics } = parseCatalog([{ path, text }]);
        expect(formatDiagnostics(diagnostics)).toBe(formatDiagnostics([]));
      }
    }
  });

  it("README.md shows queries that are served", async () => {
    const files = await Array.fromAsync(Deno.readDir(new URL("cql/queries/", ROOT)));
    const queries = await Promise.all(files.map(({ name }) => read(`cql/queries/${name}`)));
    const blocks = [...(await read("README.md")).matchAll(/^```sql\n(.*?)^```$/gms)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, text = ""] of blocks) expect(queries.join("\n")).toContain(text);
  });

  it("guide.md counts on from what is there", async () => {
    const guide = await read("docs/guide.md");
    // Those of step 3, which are there when it counts. A later step adds others.
    const own = /^```sql\n(-- name:.*?)^```$/ms.exec(guide)![1]!;
    const queries = await loadCatalog(new URL("cql", ROOT).pathname);
    const migrations = await readMigrations(new URL("cql", ROOT).pathname, {
      keyspace: "cqlgate",
    }) ?? [];
    const more = parseCatalog([{ path: "guide.cql", text: own }]).queries.length;
    expect(more).toBeGreaterThan(0);
    const next = `${migrations.length + 1}`.padStart(4, "0");
    expect([...new Set(guide.match(/\b\d{4}_[a-z]+\.cql\b/g))]).toEqual([
      `${next}_calibrations.cql`,
    ]);
    expect(guide).toContain(`\`${next}\` is the next free number`);
    const counts = `${queries.length + more} queries, ${migrations.length + 1} migrations`;
    expect([...new Set(guide.match(/\d+ queries, \d+ migrations/g))]).toEqual([counts]);
  });

  it("query-files.md shows every tag at work", async () => {
    const shown = [...(await read("docs/query-files.md")).matchAll(/^-- @([\w-]+)/gm)];
    const names = new Set(shown.map(([, name]) => name));
    const missing = Object.keys(readTags([], () => {})).filter((tag) => !names.has(tag));
    expect(missing).toEqual(["public"]);
  });

  it("http.md shows origins that can be set", async () => {
    const [, origins = ""] = /^export CORS_ORIGINS=(.+)$/m.exec(await read("docs/http.md")) ?? [];
    const mistakes: string[] = [];
    const allowed = SETTINGS.corsOrigins.kind.read(origins, (mistake) => mistakes.push(mistake));
    expect([mistakes, allowed.length]).toEqual([[], 2]);
  });

  it("http.md lists the response headers that web pages may read", async () => {
    const rows = rowsOf(sectionOf(await read("docs/http.md"), "Headers"));
    const sent = rows.filter(([, place]) => place !== "request")
      .map(([name = ""]) => name.replaceAll("`", ""));
    expect(sent).toContain("X-Request-Id");
    // No page needs permission for the first; the second is for caches, the third for one connection.
    const known = [...exposedHeaders([]), "Cache-Control", "Vary", "Connection"];
    expect(sent.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("operations.md strips a prefix as the tests do", async () => {
    const shown = [...(await read("docs/operations.md")).matchAll(/^```haproxy\n(.*?)^```$/gms)];
    const config = await read("tests/fixtures/prefix_haproxy.cfg");
    expect(shown.length).toBeGreaterThan(0);
    for (const [, text = ""] of shown) expect(config).toContain(text.trim());
  });

  it("names no setting that does not exist", async () => {
    const compose = await read("docker-compose.production.yml");
    const ofCompose = [...compose.matchAll(/\$\{([A-Z_]+_SOURCE):/g)].map(([, name]) => name!);
    expect(ofCompose).toContain("PROJECT_SOURCE");
    const known = new Set<string>(Object.values(SETTINGS).map(({ name }) => name));
    const words = new Set([...known].map((name) => name.split("_")[0]!));
    const prefixes = new RegExp(`\\b(?:${[...words].join("|")})_[A-Z_]+\\b`, "g");
    for (const path of PAGES) {
      const named = [...(await read(path)).matchAll(prefixes)].map(([name]) => name);
      const unknown = named.filter((name) =>
        !known.has(name) && !known.has(name.replace(/_FILE$/, "")) && !name.endsWith("_") &&
        !ofCompose.includes(name) && name !== MISSPELT
      );
      expect([path, unknown]).toEqual([path, []]);
    }
  });

  it("names no metric that does not exist", async () => {
    const metrics = await createMetrics("1.2.3").render();
    const tables = ["cqlgate_migrations", "cqlgate_cursors", "cqlgate_leases"];
    for (const path of PAGES) {
      const named = [...(await read(path)).matchAll(/\bcqlgate_[a-z_]+\b/g)].map(([name]) => name);
      const unknown = named.filter((name) =>
        !metrics.includes(`${name.replace(/_(count|sum|bucket)$/, "")} `) && !tables.includes(name)
      );
      expect([path, unknown]).toEqual([path, []]);
    }
  });

  it("operations.md says what each label of a metric has", async () => {
    const folder = "observe/metrics/families/";
    const files = (await listTree(folder)).filter((path) => !path.endsWith("_test.ts"));
    const lists = (await Promise.all(files.map(read)))
      .flatMap((text) => [...text.matchAll(/labelNames: \[(.*?)\]/g)]);
    const labels = new Set(lists.flatMap(([, list]) => list!.match(/\w+/g)!));
    const metrics = sectionOf(await read("docs/operations.md"), "Metrics");
    const [table = ""] = /^\| Label .*?(?=\n\n)/ms.exec(metrics)!;
    const described = rowsOf(table).flatMap(([names]) => names!.match(/\w+/g)!);
    expect(described.sort()).toEqual([...labels].sort());
  });

  it("has no relative link to nowhere", async () => {
    for (const path of PAGES) {
      const page = await read(path);
      for (const [, target = ""] of page.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
        const [file = "", anchor] = target.split("#");
        const url = file === "" ? new URL(path, ROOT) : new URL(file, new URL(path, ROOT));
        await Deno.stat(url).catch(() => {
          throw new Error(`"${path}" links to "${target}", which does not exist`);
        });
        if (anchor === undefined) continue;
        expect(anchorsOf(await Deno.readTextFile(url))).toContain(anchor);
      }
    }
  });

  it("operations.md leads to each of its sections from its beginning", async () => {
    const page = await read("docs/operations.md");
    const [beginning = ""] = page.split("\n## ", 1);
    const linked = [...beginning.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    const sections = [...page.matchAll(/^##{1,2} .+$/gm)].flatMap(([line]) => anchorsOf(line));
    expect(sections.filter((anchor) => !linked.includes(anchor))).toEqual([]);
  });

  it("names no task that does not exist, and README.md or CONTRIBUTING.md has every one", async () => {
    const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, unknown> };
    for (const path of PAGES) {
      const named = [
        ...(await read(path)).matchAll(/\bdeno task (?:--quiet )?([a-z]+(?::[a-z]+)*)/g),
      ];
      const unknown = named.map(([, name]) => name!).filter((name) => !Object.hasOwn(tasks, name));
      expect([path, unknown]).toEqual([path, []]);
    }
    const listed = await Promise.all(["README.md", "CONTRIBUTING.md"].map(read));
    const rows = listed.flatMap((page) => rowsOf(sectionOf(page, "Tasks")).map(([task]) => task));
    expect(rows.sort()).toEqual(Object.keys(tasks).map((name) => `\`deno task ${name}\``).sort());
  });

  it("ARCHITECTURE.md names no file or folder that does not exist", async () => {
    const paths = pathsIn(await read("ARCHITECTURE.md"));
    expect(paths.length).toBeGreaterThan(50);
    const all = await listTree("");
    expect(paths.filter((path) => !all.some((each) => fits(path, each)))).toEqual([]);
  });

  it("names no file of the code that does not exist", async () => {
    const all = await listTree("");
    const folders = all.filter((path) => /^[^/]+\/$/.test(path));
    // The guide has its reader write these.
    const written = /calibrations\.cql$|station_card\.ts$/;
    for (const path of PAGES) {
      const named = pathsIn(await read(path)).filter((name) =>
        folders.some((folder) => name.startsWith(folder)) && !written.test(name)
      );
      const unknown = named.filter((name) =>
        !all.some((each) => fits(name.replace(/\/$/, ""), each.replace(/\/$/, "")))
      );
      expect([path, unknown]).toEqual([path, []]);
    }
  });

  it("ARCHITECTURE.md has every folder of the code on its map, in one place", async () => {
    const map = sectionOf(await read("ARCHITECTURE.md"), "The map");
    const mapped = rowsOf(map).flatMap(([room = ""]) => pathsIn(room));
    const all = await listTree("");
    const top = all.filter((path) => /^[^/]+\/$/.test(path));
    const rooms = all.filter((path) => path.endsWith(".ts") && /^(?!tests\/|cql\/).+\//.test(path))
      .map((path) => path.slice(0, path.lastIndexOf("/") + 1));
    expect(mapped.sort()).toEqual([...new Set(["main.ts", ...top, ...rooms])].sort());
  });

  it("ARCHITECTURE.md has every room of tests, in one place", async () => {
    const listed = rowsOf(sectionOf(await read("ARCHITECTURE.md"), "Tests"))
      .flatMap(([room = ""]) => pathsIn(room));
    const rooms = (await listTree("tests/")).filter((path) => /^tests\/[^/]+\/$/.test(path));
    expect(listed.sort()).toEqual(rooms.sort());
  });

  it("CONTRIBUTING.md has the reason of every dependency, and of no other", async () => {
    const { imports } = JSON.parse(await read("deno.json")) as { imports: Record<string, string> };
    const rows = rowsOf(sectionOf(await read("CONTRIBUTING.md"), "Dependencies"));
    const packages = Object.keys(imports).filter((name) => !imports[name]!.startsWith("."));
    const used = new Set(
      packages.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]),
    );
    expect(rows.map(([name]) => name).sort()).toEqual(
      [...used].map((name) => `\`${name}\``).sort(),
    );
    for (const [, , reason = ""] of rows) expect(reason.length).toBeGreaterThan(8);
  });

  it("every decision has a context, a decision and a consequence, in at most 40 lines", async () => {
    const decisions = PAGES.filter((path) => path.startsWith("docs/decisions/"));
    expect(decisions.length).toBeGreaterThan(0);
    for (const [index, path] of decisions.entries()) {
      const page = await read(path);
      const number = `${index + 1}`.padStart(4, "0");
      expect(path).toMatch(new RegExp(`^docs/decisions/${number}-[a-z0-9-]+\\.md$`));
      expect(page).toMatch(new RegExp(`^# ${number}: \\S`));
      expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading))
        .toEqual(["Context", "Decision", "Consequence"]);
      expect(page.split("\n").length - 1).toBeLessThanOrEqual(40);
    }
  });
});

/** Every file and folder below a folder, the folders with a slash at the end; hidden ones left out. */
async function listTree(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
  const paths = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .map(async ({ name, isDirectory }) => {
      if (!isDirectory) return [folder + name];
      return [`${folder}${name}/`, ...await listTree(`${folder}${name}/`)];
    });
  return (await Promise.all(paths)).flat();
}

/** What stands in a page as code and is a path from the root of the project. */
function pathsIn(page: string): string[] {
  return [...page.matchAll(/`([\w.<>-]+(?:\/[\w.<>/-]*|\.ts|\.md))`/g)].map(([, path]) => path!);
}

/** Whether a path is `each`; a word in angle brackets stands for any name of a file or folder. */
function fits(path: string, each: string): boolean {
  const pattern = path.replaceAll(".", "\\.").replaceAll(/<\w+>/g, "\\w+");
  return new RegExp(`^${pattern}$`).test(each);
}

function sectionOf(page: string, heading: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? "";
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\w\s-]/g, "").replaceAll(" ", "-")
  );
}
