/**
 * Whether the files of a project have changed. Events of the file system would be sooner, but a mounted ConfigMap
 * changes by a link beside the files, for which there is no event.
 *
 * Its times and its size do not always tell that a file has changed: two writes within a tick of the file system's
 * clock have one time. So what a file says counts too, and it is read again until its last change is longer ago than
 * the clock of a file server may be wrong. From then on its times tell.
 *
 * @module
 */

export interface ProjectFiles {
  /** The same as long as all queries and migrations are. */
  readonly cql: string;
  /** The same as long as all modules are: a process imports code once. */
  readonly code: string;
}

const CQL = /\.cql$/;
const CODE = /\.(?:[cm]?[jt]sx?|json|wasm)$/;

/** A change that is longer ago has a time that no later change has. */
const SETTLED_AFTER_MS = 60_000;

/** A file as it was read. */
interface Reading {
  /** What changes with the file, unless it has just been changed. */
  readonly stamp: string;
  /** Whether the stamp changes with the file in any case. */
  readonly isSettled: boolean;
  /** What changes with the file in any case. */
  readonly mark: string;
}

export class ProjectFolder {
  readonly #cqlDir: string;
  /** By their paths, those that were there when it was last looked. */
  #readings: ReadonlyMap<string, Reading> = new Map();

  constructor(cqlDir: string) {
    this.#cqlDir = cqlDir.replace(/\/+$/, "");
  }

  /** Looks at the files; never rejects, as a folder that is gone is a change, too. */
  async look(): Promise<ProjectFiles> {
    const readings = new Map<string, Reading>();
    const marks: string[] = [];
    for (const path of await filesIn(this.#cqlDir)) {
      const reading = await readAgain(path, this.#readings.get(path));
      if (reading !== null) readings.set(path, reading);
      marks.push(`${path}\0${reading?.mark ?? "unreadable"}`);
    }
    this.#readings = readings;
    const marksOf = (names: RegExp) =>
      marks.filter((mark) => names.test(mark.slice(0, mark.indexOf("\0")))).sort().join("\n");
    return { cql: marksOf(CQL), code: marksOf(CODE) };
  }
}

/** @returns null if it cannot be read */
async function readAgain(path: string, before: Reading | undefined): Promise<Reading | null> {
  try {
    const lookedAtMs = Date.now();
    const { dev, ino, size, mtime, ctime } = await Deno.stat(path);
    const times = [mtime, ctime].map((time) => time?.getTime() ?? Infinity);
    const stamp = [dev, ino, size, ...times].join(":");
    if (before?.isSettled && before.stamp === stamp) return before;
    const isSettled = Math.max(...times) < lookedAtMs - SETTLED_AFTER_MS;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path)));
    return { stamp, isSettled, mark: `${dev}:${ino}:${mtime?.getTime()}:${digest.toHex()}` };
  } catch {
    return null;
  }
}

/**
 * The paths of what queries, migrations and code are in, links that lead to nothing too.
 *
 * @param parents what the folders around it are known by, so that a link back to one of them ends
 */
async function filesIn(folder: string, parents: readonly string[] = []): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await namesIn(folder)) {
    // A mounted ConfigMap keeps its versions there, and links to them.
    if (name.startsWith(".")) continue;
    const path = `${folder}/${name}`;
    const info = await Deno.stat(path).catch(() => null);
    const identity = `${info?.dev}:${info?.ino}`;
    if (info?.isDirectory) {
      if (!parents.includes(identity)) paths.push(...await filesIn(path, [...parents, identity]));
    } else if ((info === null || info.isFile) && (CQL.test(name) || CODE.test(name))) {
      paths.push(path);
    }
  }
  return paths;
}

/** None if it cannot be read. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch {
    return [];
  }
}
