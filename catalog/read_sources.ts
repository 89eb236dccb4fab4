/**
 * A folder → the text of its files. Queries, migrations and hand-written routes are all read this way, so the
 * same rules about files apply to each of them.
 *
 * @module
 */
import { quote } from "./text/quote.ts";
import type { Diagnostic, Report, SourceFile } from "./text/source.ts";

export interface ReadOptions {
  /** Whether subfolders are read, warned about or ignored. */
  readonly folders: "read" | "warn" | "leave";
  /** Which files are read. Default: CQL. */
  readonly kind?: FileKind;
  /** Told about files that cannot be read. */
  readonly report: Report;
  /** Told about files that are left out although they look intended. */
  readonly warn: (message: string) => void;
}

/** Files by their names. */
export interface FileKind {
  readonly isRead: (name: string) => boolean;
  /** Whether a name that is not read looks as if it was meant to be. */
  readonly isMeant: (name: string) => boolean;
  /** What the name of a file of this kind ends in. */
  readonly ending: string;
}

const CQL: FileKind = {
  isRead: (name) => name.endsWith(".cql"),
  // `x.sql`, `x.CQL`, what editors and merges leave behind (`x.cql~`, `x.cql.orig`), and `0003_x.txt`.
  isMeant: (name) => /\.[cs]ql|^\d{3,}[_-]/i.test(name),
  ending: ".cql",
};

/**
 * Reads the files of a kind, in the order of their names. A link counts as what it leads to. Names that
 * begin with a dot are left out: a mounted ConfigMap keeps its versions under such names, and links to
 * them.
 *
 * @returns null if the folder does not exist
 */
export async function readSources(
  folder: string,
  options: ReadOptions,
): Promise<SourceFile[] | null> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  return await readFolder(folder, { ...options, parents: [identityOf(info)] });
}

function identityOf({ dev, ino }: Deno.FileInfo): string {
  return `${dev}:${ino}`;
}

interface FolderOptions extends ReadOptions {
  /** Identifies the enclosing folders, so that a link back to one of them is not followed. */
  readonly parents: readonly string[];
}

async function readFolder(folder: string, options: FolderOptions): Promise<SourceFile[]> {
  const { folders, kind = CQL, warn, report } = options;
  const files: SourceFile[] = [];
  for (const name of await listNames(folder, report)) {
    const path = `${folder}/${name}`;
    const isRead = kind.isRead(name);
    const info = await attempt(path, {
      report: isRead ? report : ({ message }) => warn(message),
      read: () => Deno.stat(path),
    });
    if (info === null) continue;
    if (info.isDirectory) {
      const identity = identityOf(info);
      if (folders === "leave") continue;
      if (folders === "warn") {
        warn(`${quote(path)} is not read: move its files into ${quote(folder)}`);
      } else if (options.parents.includes(identity)) {
        warn(`${quote(path)} is not read: it leads back to a folder that it is in`);
      } else {
        const parents = [...options.parents, identity];
        files.push(...await readFolder(path, { ...options, parents }));
      }
    } else if (isRead && info.isFile) {
      const file = await readText(path, report);
      if (file !== null) files.push(file);
    } else if (isRead) {
      report(unreadable(path, "it is not a file"));
    } else if (kind.isMeant(name)) {
      warn(`${quote(path)} is not read: its name does not end in ${quote(kind.ending)}`);
    }
  }
  return files;
}

async function listNames(folder: string, report: Report): Promise<string[]> {
  const entries = await attempt(folder, {
    report,
    read: () => Array.fromAsync(Deno.readDir(folder)),
  });
  return (entries ?? []).map(({ name }) => name).filter((name) => !name.startsWith(".")).sort();
}

async function readText(path: string, report: Report): Promise<SourceFile | null> {
  const bytes = await attempt(path, { report, read: () => Deno.readFile(path) });
  if (bytes === null) return null;
  try {
    return { path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    report({
      ...unreadable(path, ""),
      message: `Cannot decode ${quote(path)}: not UTF-8`,
      help: "Save the file as UTF-8 text",
    });
    return null;
  }
}

/** The result of `read`; null, with a report, if the file system refuses. */
async function attempt<T>(
  path: string,
  { read, report }: { readonly read: () => Promise<T>; readonly report: Report },
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    const state = STATES.find(([kind]) => error instanceof kind)?.[1];
    if (state === undefined) throw error;
    report(unreadable(path, state));
    return null;
  }
}

const STATES = [
  [Deno.errors.NotFound, "the link leads to nothing"],
  [Deno.errors.FilesystemLoop, "the link leads back to itself"],
  [Deno.errors.PermissionDenied, "permission denied"],
] as const;

function unreadable(path: string, state: string): Diagnostic {
  return {
    span: { file: { path, text: "" }, start: 0, end: 0 },
    message: `Cannot read ${quote(path)}: ${state}`,
    help: "Make it a file that the process may read, or remove it",
  };
}
