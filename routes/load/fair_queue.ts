/**
 * A queue that serves callers in turn: one entry of each caller after the other, and the entries of one caller in their
 * order. A caller with many entries delays only itself.
 *
 * @module
 */

import { TransientMap } from "../../runtime/transient_map.ts";

export class FairQueue<Entry> {
  // Callers with entries, whose turn is next first.
  readonly #byCaller = new TransientMap<string, Entry[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(caller: string, entry: Entry): void {
    const own = this.#byCaller.get(caller);
    if (own === undefined) this.#byCaller.set(caller, [entry]);
    else own.push(entry);
    this.#size++;
  }

  /** How many callers have entries. */
  get callers(): number {
    return this.#byCaller.size;
  }

  /** How many entries a caller has. */
  sizeOf(caller: string): number {
    return this.#byCaller.get(caller)?.length ?? 0;
  }

  /** Removes the entry whose turn it is; undefined if the queue is empty. */
  shift(): Entry | undefined {
    const [next] = this.#byCaller;
    return next === undefined ? undefined : this.#take(...next);
  }

  /** Removes the oldest entry of the first caller in turn for which it may go; the callers before it keep their turn. */
  shiftWhere(mayGo: (entry: Entry) => boolean): Entry | undefined {
    for (const [caller, entries] of this.#byCaller) {
      if (mayGo(entries[0]!)) return this.#take(caller, entries);
    }
    return undefined;
  }

  /** Removes an entry out of its turn; false if it is not there. */
  remove(caller: string, entry: Entry): boolean {
    const entries = this.#byCaller.get(caller);
    const index = entries?.indexOf(entry) ?? -1;
    if (index < 0) return false;
    entries!.splice(index, 1);
    if (entries!.length === 0) this.#byCaller.delete(caller);
    this.#size--;
    return true;
  }

  /** Removes the oldest entries of each caller as far as `isOver` holds for them. */
  removeWhile(isOver: (entry: Entry) => boolean): Entry[] {
    const removed: Entry[] = [];
    for (const [caller, entries] of this.#byCaller) {
      const kept = entries.findIndex((entry) => !isOver(entry));
      const count = kept < 0 ? entries.length : kept;
      removed.push(...entries.splice(0, count));
      if (entries.length === 0) this.#byCaller.delete(caller);
    }
    this.#size -= removed.length;
    return removed;
  }
  /** Takes the oldest entry of a caller, whose next turn comes after everybody else's. */
  #take(caller: string, entries: Entry[]): Entry | undefined {
    const entry = entries.shift();
    this.#byCaller.delete(caller);
    if (entries.length > 0) this.#byCaller.set(caller, entries);
    this.#size--;
    return entry;
  }
}
