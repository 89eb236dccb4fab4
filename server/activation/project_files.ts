/**
 * Whether the files of a project have changed, without reading them. Events of the file system would be
 * sooner, but a mounted ConfigMap changes by a link beside the files, which nobody is told of.
 *
 * @module
 */

export interface ProjectFiles {
  /** The same as long as no query and no migration was touched. */
  readonly cql: string;
  /** The same as long as no module was: a process imports code once. */
  readonly code: string;
}

const CODE = /\.(?:[cm]?[jt]sx?|json|wasm)$/;

/** Looks at the files; never rejects, as a folder that is gone is a change, too. */
export async function lookAtFiles(cqlDir: string): Promise<ProjectFiles> {
  const found: string[] = [];
  await look(cqlDir.replace(/\/+$/, ""), [], found);
  const marksOf = (isMeant: (path: string) => boolean) =>
    found.filter((mark) => isMeant(mark.slice(0, mark.indexOf("\0")))).sort().join("\n");
  return {
    cql: marksOf((path) => path.endsWith(".cql")),
    code: marksOf((path) => CODE.test(path)),
  };
}

/**
 * @param parents what the folders around it are known by, so that a link back to one of them ends
 * @param found gets a line for each file: its path, and what changes with it
 */
async function look(
  folder: string,
  parents: readonly string[],
  found: string[],
): Promise<void> {
  const names = await namesIn(folder);
  for (const name of names ?? []) {
    // A mounted ConfigMap keeps its versions there, and links to them.
    if (name.startsWith(".")) continue;
    const path = `${folder}/${name}`;
    const info = await Deno.stat(path).catch(() => null);
    if (info === null) {
      found.push(`${path}\0gone`);
      continue;
    }
    const identity = `${info.dev}:${info.ino}`;
    if (info.isFile) {
      found.push(`${path}\0${identity}:${info.size}:${info.mtime?.getTime()}`);
    } else if (info.isDirectory && !parents.includes(identity)) {
      await look(path, [...parents, identity], found);
    }
  }
}

/** Null if it cannot be read. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch {
    return null;
  }
}
