/**
 * Which folder `CQL_DIR` is. `deno task` runs in the checkout of cqlgate, wherever it is called, so that is what
 * a relative path begins at.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";

/** The whole path of a project, for messages. */
export function projectFolder(cqlDir: string): string {
  return resolve(cqlDir);
}

/**
 * Of two folders, the one that was not meant could be checked, and found to be in order.
 *
 * @param env `INIT_CWD` is where `deno task` was called
 * @throws {Error} if `CQL_DIR` is a folder there too, and another one
 */
export async function assertOneFolder(
  { CQL_DIR: cqlDir, INIT_CWD: calledIn }: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (!cqlDir || !calledIn || isAbsolute(cqlDir)) return;
  const [folder, other] = [projectFolder(cqlDir), resolve(calledIn, cqlDir)];
  const meant = await realFolder(other);
  if (meant === null || meant === await realFolder(folder)) return;
  throw new Error(
    `Cannot check: CQL_DIR "${cqlDir}" is relative to the checkout of cqlgate, so it is "${folder}", ` +
      `and not "${other}": set it to the whole path of your project`,
  );
}

/** Without links; null if there is no such folder. */
async function realFolder(path: string): Promise<string | null> {
  try {
    return (await Deno.stat(path)).isDirectory ? await Deno.realPath(path) : null;
  } catch {
    return null;
  }
}
