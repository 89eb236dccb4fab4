import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { type DocsFile, DocsFiles } from "./docs_files.ts";

async function textOf({ content }: DocsFile): Promise<string> {
  return new TextDecoder().decode(await content.plain());
}

describe("DocsFiles", () => {
  const files = new DocsFiles();

  it("has every script that the page's own scripts import", async () => {
    const rest = ["docs.js"];
    const seen = new Set<string>();
    for (const name of rest) {
      if (seen.has(name)) continue;
      seen.add(name);
      const text = await textOf((await files.get(name))!);
      for (const [, imported] of text.matchAll(/from "\.\/([^"]+)"/g)) rest.push(imported!);
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it("has the reference as a script, without the map that is not served", async () => {
    const file = (await files.get("reference.js"))!;
    expect(file.type).toBe("text/javascript; charset=utf-8");
    const text = await textOf(file);
    expect(text).toContain("createApiReference");
    expect(text).not.toContain("sourceMappingURL=standalone");
    expect(() => new Function(text)).not.toThrow();
  });

  it("loads a file once, and names its content", async () => {
    const [one, other] = await Promise.all([files.get("docs.css"), files.get("docs.css")]);
    expect(one).toBe(other);
    expect((await new DocsFiles().get("docs.css"))!.digest).toBe(one!.digest);
    expect((await files.get("docs.js"))!.digest).not.toBe(one!.digest);
  });

  for (const name of ["nothing.js", "toString", "../docs_files.ts", ""]) {
    it(`has no file "${name}"`, async () => {
      expect(await files.get(name)).toBeNull();
    });
  }
});
