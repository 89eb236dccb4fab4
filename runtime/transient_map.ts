/**
 * A map whose entries come and go with requests.
 *
 * V8 gives a `Map` a new table when the places of its table are used up, those of deleted entries included, and
 * the old table points to the new one. If a full collection finds a table in use, the table becomes old. From
 * then on it keeps every later table alive, and each of these keeps the entries that it had when it was
 * replaced. Until the next full collection, nothing that passes through the map is freed, and each collection
 * of young objects copies all of it. A waiting iterator does the same for good.
 *
 * So this map moves to another `Map` from time to time, to which no table points.
 *
 * Source: V8, `src/objects/ordered-hash-table.cc`, `OrderedHashTable::Rehash`.
 *
 * @module
 */

/** Entries that are added before the map moves, unless it has more than that. */
const MOVES_AFTER = 512;

export class TransientMap<Key, Value> {
  #entries = new Map<Key, Value>();
  /** How many entries may be added before it moves. */
  #left = MOVES_AFTER;

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  /** Adds an entry as the last one, or changes the value of one where it is. Not while the map is iterated over. */
  set(key: Key, value: Value): void {
    if (--this.#left < 0) this.#move();
    this.#entries.set(key, value);
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  /** In the order in which they were added. */
  keys(): MapIterator<Key> {
    return this.#entries.keys();
  }

  values(): MapIterator<Value> {
    return this.#entries.values();
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.#entries[Symbol.iterator]();
  }

  #move(): void {
    this.#entries = new Map(this.#entries);
    this.#left = Math.max(MOVES_AFTER, this.#entries.size);
  }
}
