/**
 * What a signal does to a process that migrates. While it holds the lease it stops between two statements:
 * a statement that is broken off may or may not be applied, and a lease that is not given up keeps the next
 * process waiting until it expires. At any other time there is nothing to put right, and it ends at once.
 *
 * @module
 */
import { MigrationError } from "../files/migrations.ts";

export class Interruption {
  readonly #end: () => void;
  #isWorking = false;
  #isRequested = false;

  /** @param end ends the process at once */
  constructor(end: () => void) {
    this.#end = end;
  }

  /** Asks for the end. A second request does not wait for a statement. */
  request(): void {
    const isSecond = this.#isRequested;
    this.#isRequested = true;
    if (isSecond || !this.#isWorking) this.#end();
  }

  /** Runs what must not be broken off anywhere but where it calls `assertNone()`. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#isWorking = true;
    try {
      return await work();
    } finally {
      this.#isWorking = false;
    }
  }

  /**
   * @param place what would come next
   * @throws {MigrationError} if the end was asked for
   */
  assertNone(place: string): void {
    if (!this.#isRequested) return;
    throw new MigrationError(
      `Stopped by a signal before ${place}: what came before it is applied, and the next ` +
        '"deno task migrate" continues from here',
    );
  }
}
