/**
 * Every mistake that a query file can have: `fixtures/mistakes/<case>/` holds the query files and the
 * exact report. `UPDATE_FIXTURES=1` rewrites the reports; read them before committing.
 *
 * @module
 */

import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCatalog } from "./catalog.ts";
import { formatDiagnostics } from "./text/diagnose.ts";
import type { SourceFile } from "./text/source.ts";

const FOLDER = new URL("./fixtures/mistakes/", import.meta.url);

describe("parseCatalog()", () => {
  for (const name of namesIn(FOLDER)) {
    it(`reports ${name.replaceAll("_", " ")}`, async () => {
      const folder = new URL(`${name}/`, FOLDER);
      const { diagnostics } = parseCatalog(readSources(folder));
      const report = `${formatDiagnostics(diagnostics)}\n`;
      const expected = new URL("report.txt", folder);
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
      expect(report).toBe(await Deno.readTextFile(expected));
      expect(diagnostics).not.toHaveLength(0);
    });
  }
});

function readSources(folder: URL): SourceFile[] {
  const names = namesIn(folder).filter((name) => name.endsWith(".cql"));
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return names.map((path) => ({
    path,
    text: decoder.decode(Deno.readFileSync(new URL(path, folder))),
  }));
}

function namesIn(folder: URL): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}
