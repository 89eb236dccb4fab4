/**
 * Notices what changes in a project, so that `deno task dev` can serve it. It continues after a change
 * that could not be served, and when the folder itself is replaced.
 *
 * @module
 */

/** What has changed since the last call. */
export interface Changes {
  /** Whether a module has changed: a process keeps the code that it has imported. */
  readonly modules: boolean;
}

/**
 * Serves a change. Never rejects.
 *
 * @param superseded aborts when there are newer changes, which will lead to another call
 */
export type OnChange = (changes: Changes, superseded: AbortSignal) => Promise<void>;

// Editors write a file in several steps.
const QUIET_MS = 200;
const REAPPEAR_MS = 500;

export class ProjectWatch implements Disposable {
  readonly #folder: string;
  readonly #onChange: OnChange;
  #watcher: Deno.FsWatcher | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: Changes | null = null;
  /** Of the call that is under way; null between calls. */
  #current: AbortController | null = null;
  #isClosed = false;

  constructor(folder: string, onChange: OnChange) {
    this.#folder = folder;
    this.#onChange = onChange;
    this.#watch().catch((error) => console.error(`Cannot watch "${folder}": ${error.message}`));
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#current?.abort();
    this.#watcher?.close();
  }

  /** Runs until the watch is closed, whatever happens to the folder. */
  async #watch(): Promise<void> {
    for (let isFirst = true; !this.#isClosed;) {
      const identity = await identityOf(this.#folder);
      if (identity === null) {
        await new Promise((resolve) => setTimeout(resolve, REAPPEAR_MS));
        continue;
      }
      const watcher = this.#watcher = Deno.watchFs(this.#folder);
      // Everything in it may be new.
      if (!isFirst) this.#note({ modules: true });
      isFirst = false;
      for await (const event of watcher) {
        const changes = await changesOf(event);
        if (changes !== null) this.#note(changes);
        if (await identityOf(this.#folder) !== identity) break;
      }
    }
  }

  #note({ modules }: Changes): void {
    this.#pending = { modules: modules || this.#pending?.modules === true };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#serve(), QUIET_MS);
  }

  /** Makes one call at a time. New changes abort the signal of the call under way. */
  async #serve(): Promise<void> {
    if (this.#current !== null) return this.#current.abort();
    while (this.#pending !== null && !this.#isClosed) {
      const changes = this.#pending;
      this.#pending = null;
      const current = this.#current = new AbortController();
      await this.#onChange(changes, current.signal);
      this.#current = null;
    }
  }
}

/** What an event changes; null if it is nothing that is served. */
async function changesOf({ kind, paths }: Deno.FsEvent): Promise<Changes | null> {
  if (kind === "access") return null;
  const all = await Promise.all(paths.map(changesAt));
  const changes = all.filter((each) => each !== null);
  return changes.length === 0 ? null : { modules: changes.some(({ modules }) => modules) };
}

async function changesAt(path: string): Promise<Changes | null> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.startsWith(".")) return null;
  if (name.endsWith(".cql")) return { modules: false };
  if (/\.(?:[cm]?[jt]sx?|json|wasm)$/.test(name)) return { modules: true };
  // A folder comes with all that is in it.
  return await isFolder(path) ? { modules: true } : null;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}

/** Identifies a folder, so that a replacement is noticed; null if it does not exist. */
async function identityOf(folder: string): Promise<string | null> {
  try {
    const { dev, ino, isDirectory } = await Deno.stat(folder);
    return isDirectory ? `${dev}:${ino}` : null;
  } catch {
    return null;
  }
}
