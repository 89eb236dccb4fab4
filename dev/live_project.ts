/**
 * A project that is served while somebody writes it. What is saved is served; what cannot be served is
 * reported, and the previous routes keep serving. A change of a query is reloaded. A change of code needs a
 * new process, which takes over only if the whole project has no mistake.
 *
 * @module
 */
import { CatalogError } from "../catalog/text/diagnose.ts";
import type { Config } from "../config/config.ts";
import { MigrationConflict, MigrationError } from "../db/migrate/files/migrations.ts";
import { migrate } from "../tasks/migrate.ts";
import { clusterOf } from "../tasks/with_session.ts";
import { isOnThisMachine } from "./local_keyspace.ts";
import {
  type Environment,
  runCheck,
  type ServiceProcess,
  startServiceProcess,
} from "./service_process.ts";
import type { Changes } from "./watch_project.ts";

/** What to do where nobody watches the files, as messages say it. */
const ELSEWHERE = /run "deno task migrate" again(?=, which continues from here)/g;

export interface LiveProjectOptions {
  readonly config: Config;
  /** The environment that `config` was read from. */
  readonly env: Environment;
  /** Passed to `dev/serve.ts`. */
  readonly args: readonly string[];
  /** Passed to it until it has started once. */
  readonly firstArgs: readonly string[];
  log(line: string): void;
}

export class LiveProject {
  readonly #options: LiveProjectOptions;
  #process: ServiceProcess | null = null;
  /** Whether the code in the files differs from the code that the process runs. */
  #isOutdated = false;
  #isStopping = false;

  constructor(options: LiveProjectOptions) {
    this.#options = options;
  }

  /**
   * Serves the project for the first time. Mistakes in its files are reported and can be corrected.
   *
   * @throws {Error} if the cluster cannot be reached
   */
  async open(): Promise<void> {
    try {
      await this.#migrate();
    } catch (error) {
      if (!(error instanceof CatalogError || error instanceof MigrationError)) throw error;
      return this.#report(error.message);
    }
    this.#start(this.#options.firstArgs);
  }

  /** Serves what has changed, or reports why not. Never rejects. */
  async apply({ modules }: Changes, superseded: AbortSignal): Promise<void> {
    this.#isOutdated ||= modules;
    try {
      await this.#migrate();
      if (this.#process !== null && !this.#isOutdated) return await this.#process.reload();
      const report = await runCheck(this.#options.env, superseded);
      if (superseded.aborted) return;
      if (report !== null) return this.#report(report);
      await this.#restart();
    } catch (error) {
      if (!superseded.aborted) this.#report(error instanceof Error ? error.message : String(error));
    }
  }

  /** Resolves when the service has stopped. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#process?.stop();
  }

  /** @throws {MigrationError | CatalogError} saying what to put right */
  async #migrate(): Promise<void> {
    const { config, log } = this.#options;
    if (!isOnThisMachine(config)) {
      if (this.#process === null) {
        log(
          `${
            clusterOf(config)
          } is not on this machine, so migrations are not applied as they are saved: ` +
            "run `deno task migrate` for that",
        );
      }
      return;
    }
    try {
      await migrate(config, { log, warn: log });
    } catch (error) {
      if (!(error instanceof MigrationConflict)) throw error;
      throw new MigrationConflict(
        `${error.message}\nTo forget what was applied, and all rows, run \`deno task dev --fresh\``,
        { cause: error },
      );
    }
  }

  async #restart(): Promise<void> {
    const { firstArgs, log } = this.#options;
    if (this.#process === null) return this.#start(firstArgs);
    log("The code has changed: restarting the service");
    const old = this.#process;
    this.#process = null;
    await old.stop();
    this.#start([]);
  }

  #start(more: readonly string[]): void {
    if (this.#isStopping) return;
    const { env, args, log } = this.#options;
    const started = this.#process = startServiceProcess(env, { args: [...args, ...more], log });
    this.#isOutdated = false;
    started.exited.then(({ code }) => {
      if (this.#process !== started || this.#isStopping) return;
      this.#process = null;
      log(`The service exited with code ${code}: it restarts at the next change`);
    });
  }

  #report(message: string): void {
    const state = this.#process === null ? "Nothing is served" : "The previous routes still serve";
    const here = message.replaceAll(ELSEWHERE, "save it");
    console.error(`${here}\n${state}. Fix it and save again.`);
  }
}
