/**
 * The files of the docs page: our own few, and the API reference from its package. They are loaded when
 * somebody first opens the page, so they cost nothing until then, and are kept compressed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { KeptContent } from "./kept_content.ts";

/** A file as it is kept. */
export interface DocsFile {
  readonly type: string;
  readonly content: KeptContent;
  /** Of the content, for its entity tags. */
  readonly digest: string;
}

const SCRIPT = "text/javascript; charset=utf-8";

interface Source {
  readonly type: string;
  load(): Promise<string>;
}

const SOURCES: Readonly<Record<string, Source>> = {
  "docs.css": {
    type: "text/css; charset=utf-8",
    load: async () => (await import("./browser/docs.css", { with: { type: "text" } })).default,
  },
  "docs.js": {
    type: SCRIPT,
    load: async () => (await import("./browser/docs.js", { with: { type: "text" } })).default,
  },
  "ask.js": {
    type: SCRIPT,
    load: async () => (await import("./browser/ask.js", { with: { type: "text" } })).default,
  },
  "login.js": {
    type: SCRIPT,
    load: async () => (await import("./browser/login.js", { with: { type: "text" } })).default,
  },
  "caller.js": {
    type: SCRIPT,
    load: async () => (await import("./browser/caller.js", { with: { type: "text" } })).default,
  },
  "next_page.js": {
    type: SCRIPT,
    load: async () => (await import("./browser/next_page.js", { with: { type: "text" } })).default,
  },
  "try_out.js": {
    type: SCRIPT,
    load: async () => (await import("./browser/try_out.js", { with: { type: "text" } })).default,
  },
  "reference.js": { type: SCRIPT, load: loadReference },
};

/**
 * The reference as one script for browsers. The package is Scalar's plugin for Fastify: it is the only one that
 * has the script without the 250 packages that the script is built from. It is read as text, so that none of it
 * runs in this process.
 */
async function loadReference(): Promise<string> {
  const { default: plugin }: { default: unknown } = await import("@scalar/fastify-api-reference", {
    with: { type: "text" },
  });
  const literal = /^var standalone_default = (".*");$/m.exec(String(plugin))?.[1];
  if (literal === undefined) {
    throw new Error("Cannot load the API reference: its package has another form than expected");
  }
  // JavaScript lets control characters stand in a string, and JSON does not.
  const json = literal.replace(/[^ -\uffff]/g, (control) => JSON.stringify(control).slice(1, -1));
  const script: string = JSON.parse(json);
  // The file that the comment names is not served.
  return script.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
}

/** The files by their names, each loaded once. */
export class DocsFiles {
  readonly #loaded = new Map<string, Promise<DocsFile>>();

  /** Null if the file does not exist. */
  async get(name: string): Promise<DocsFile | null> {
    const source = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
    if (source === undefined) return null;
    const loading = this.#loaded.get(name) ?? read(source);
    this.#loaded.set(name, loading);
    try {
      return await loading;
    } catch (error) {
      // The missing resource, such as a descriptor, may be there the next time.
      this.#loaded.delete(name);
      throw error;
    }
  }
}

async function read({ type, load }: Source): Promise<DocsFile> {
  const text = await load();
  const digest = createHash("sha256").update(text).digest("base64url");
  return { type, content: new KeptContent(text), digest };
}
