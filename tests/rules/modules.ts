/**
 * The modules of the project, as text and with what they import: what the tests of its rules look at.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url).pathname;

/** What is not part of the service: no layer knows these, and all but the example know every layer. */
export const OUTSIDE = ["dev", "tests", "bench", "cql"];

export interface Module {
  /** From the root of the project. */
  readonly path: string;
  /** Its folder at the root, or its own name there. */
  readonly layer: string;
  readonly text: string;
  readonly isTest: boolean;
  /** As written. */
  readonly imports: readonly string[];
}

/** Every module of the project, fixtures left out. */
export const modules: readonly Module[] = await readModules();

/** Only the code of the service. */
export const production: readonly Module[] = modules.filter(({ layer, isTest }) =>
  !isTest && !OUTSIDE.includes(layer)
);

async function readModules(): Promise<Module[]> {
  const paths = await listSources("");
  return await Promise.all(
    paths.sort().map(async (path) => {
      const text = await Deno.readTextFile(ROOT + path);
      return {
        path,
        layer: path.split("/")[0]!,
        text,
        isTest: /_test\.ts$/.test(path) || path.startsWith("tests/"),
        imports: importsOf(text),
      };
    }),
  );
}

async function listSources(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (name.startsWith(".") || name === "fixtures" || name === "node_modules") continue;
    if (isDirectory) paths.push(...await listSources(`${folder}${name}/`));
    else if (name.endsWith(".ts")) paths.push(folder + name);
  }
  return paths;
}

function importsOf(text: string): string[] {
  const static_ = /^(?:import|export)\s(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm;
  const dynamic = /\bimport\(\s*"([^"]+)"/g;
  return [...text.matchAll(static_), ...text.matchAll(dynamic)].map(([, specifier]) => specifier!);
}

/** The files that a module imports. */
export function targetsOf({ path, imports }: Module): string[] {
  return imports.filter((specifier) => specifier.startsWith(".")).map((specifier) =>
    new URL(specifier, `file:///${path}`).pathname.slice(1)
  );
}

/** Only the code; a comment may explain what the code must not know. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
}
