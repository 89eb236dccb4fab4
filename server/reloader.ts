/**
 * Takes over queries and migrations whose files have changed while the service runs: on a signal, or by
 * itself. What is read is checked and prepared as at boot, and replaces what is served whole, or not at all.
 *
 * @module
 */
import type { Observe } from "../observe/observation.ts";
import { oneAtATime } from "../runtime/one_at_a_time.ts";
import type { Activation } from "./activation/activation.ts";
import { type ProjectFiles, ProjectFolder } from "./activation/project_files.ts";

export interface ReloaderOptions {
  readonly activation: Pick<Activation, "load" | "reload">;
  readonly cqlDir: string;
  /** Whether it looks at the files by itself, and how often. Null if it does not. */
  readonly intervalMs: number | null;
  readonly observe: Observe;
}

/** Files that are being replaced are looked at again after a moment. */
const SETTLE_MS = 250;
const MAX_ATTEMPTS = 5;

class FilesChanging extends Error {
  constructor() {
    super("Cannot read the project: its files keep changing");
  }
}

export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #folder: ProjectFolder;
  /** As they were when they were last tried. */
  #tried: ProjectFiles = { cql: "", code: "" };
  /** Whether they are what is served. */
  #succeeded = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#folder = new ProjectFolder(options.cqlDir);
  }

  /** Reads the files for the first time. @throws {ProjectError} */
  async load(): Promise<void> {
    this.#tried = await this.#folder.look();
    await this.#options.activation.load();
  }

  /** Takes over what changes in the files from now on, if it is to. */
  watch(): void {
    this.#lookLater();
  }

  /** Takes the files over as they are now, unless it was stopped. Never rejects: what goes wrong is observed. */
  readonly reload: () => Promise<void> = oneAtATime(() => this.#reload());

  /** Takes over no more. What is being taken over may end as it does, and nobody hears of its failure. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    const { intervalMs } = this.#options;
    if (intervalMs === null || this.#isStopped) return;
    // Replicas that share a mount do not all prepare their queries at the same moment.
    this.#timer = setTimeout(() => this.#look(), intervalMs * (0.5 + Math.random()));
    // The process may end while it waits.
    Deno.unrefTimer(this.#timer);
  }

  async #look(): Promise<void> {
    const { cql, code } = await this.#folder.look();
    if (cql !== this.#tried.cql || code !== this.#tried.code) await this.reload();
    this.#lookLater();
  }

  async #reload(): Promise<void> {
    const { observe } = this.#options;
    let { code } = this.#tried;
    for (let attempt = 1; !this.#isStopped; attempt++) {
      const files = await this.#folder.look();
      if (files.code !== code) this.#warnOfCode();
      ({ code } = files);
      if (files.cql === this.#tried.cql && this.#succeeded) {
        this.#tried = files;
        return observe({
          kind: "notice",
          message: "The queries have not changed: nothing is read again",
        });
      }
      try {
        await this.#takeOver(files);
        [this.#tried, this.#succeeded] = [files, true];
        return;
      } catch (error) {
        if (error instanceof FilesChanging && attempt < MAX_ATTEMPTS) {
          await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
          continue;
        }
        // It may have failed for nothing but the end of the service.
        if (this.#isStopped) return;
        [this.#tried, this.#succeeded] = [files, false];
        return observe({ kind: "reload", succeeded: false, cause: error });
      }
    }
  }

  /** @throws {FilesChanging} if they are no longer as they were */
  async #takeOver({ cql }: ProjectFiles): Promise<void> {
    await this.#options.activation.reload(async () => {
      const now = await this.#folder.look();
      if (now.cql !== cql) throw new FilesChanging();
    });
  }

  #warnOfCode(): void {
    const message =
      "The code of the hand-written routes has changed: restart the service to run it";
    this.#options.observe({ kind: "warning", message, cause: undefined });
  }
}
