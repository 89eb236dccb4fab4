/**
 * What is under way, as a number. A set of promises would hold each, and cost a request more than all its headers.
 *
 * @module
 */

export class Pending {
  #count = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #end = () => {
    this.#count--;
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  /** @param ended settles when it is over, with success or failure */
  add(ended: Promise<unknown>): void {
    this.#count++;
    ended.then(this.#end, this.#end);
  }

  /** Resolves as soon as nothing is under way. */
  none(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
