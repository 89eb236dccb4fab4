/**
 * Token buckets, each kept as the instant at which it is full again: no timer fills it, and a full bucket
 * is the same as none. So buckets that have filled up are forgotten first, and for nothing.
 *
 * The table is bounded. If it is full of buckets that are not, the fullest of the longest unused is
 * forgotten, and its instant remembered as the floor of its group: from there every key of the group begins
 * that the table does not have. A flood of keys can make others wait for as long as an empty bucket needs,
 * but never for the debt of somebody else; and nobody without a debt gets a fuller bucket by it.
 *
 * @module
 */

/** Buckets of one policy. */
export interface BucketGroup {
  /** Tells it apart from others in the table. */
  readonly id: string;
  /** When a bucket that the table does not have is full, in the time of the caller's clock. */
  floorMs: number;
  /** How long an empty bucket takes to fill. */
  fillMs: number;
}

interface Bucket {
  readonly group: BucketGroup;
  readonly fullAtMs: number;
}

/** About 300 bytes each. */
const MAX_BUCKETS = 100_000;
/** Buckets that are looked at to find one to forget. */
const LOOKED_AT = 8;

export class BucketTable {
  readonly #max: number;
  // A map keeps the order of insertion: the first bucket is the one that was unused for longest.
  readonly #buckets = new Map<string, Bucket>();
  // Goes through them in that order, once and again. A new iterator each time would pass over the places
  // of all that were deleted since the map last grew.
  #hand = this.#buckets.entries();
  /** What it came to and what is still there. */
  #oldest: [name: string, bucket: Bucket][] = [];
  readonly #groups = new Map<string, BucketGroup>();

  constructor({ max = MAX_BUCKETS }: { readonly max?: number } = {}) {
    if (!(max >= 1)) throw new TypeError(`Cannot make a table of buckets: "max" is ${max}`);
    this.#max = max;
  }

  /** The number of buckets that it has. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The group with this id: always the same, so that apps that replace each other share its buckets. */
  group(id: string, fillMs: number): BucketGroup {
    const group = this.#groups.get(id) ?? { id, fillMs, floorMs: -Infinity };
    // The same rate may have another burst from now on.
    group.fillMs = fillMs;
    this.#groups.set(id, group);
    return group;
  }

  /** When a bucket is full; an instant that has passed for a bucket that is full now. */
  fullAtMs(group: BucketGroup, key: string): number {
    return this.#buckets.get(nameOf(group, key))?.fullAtMs ?? group.floorMs;
  }

  /** Takes from a bucket: it is full again at that instant. */
  setFullAtMs(
    group: BucketGroup,
    { key, fullAtMs, nowMs }: {
      readonly key: string;
      readonly fullAtMs: number;
      readonly nowMs: number;
    },
  ): void {
    const name = nameOf(group, key);
    if (!this.#buckets.delete(name)) this.#makeRoom(nowMs);
    this.#buckets.set(name, { group, fullAtMs });
  }

  #makeRoom(nowMs: number): void {
    if (this.#buckets.size < this.#max) return;
    this.#findOldest();
    const [name, { group, fullAtMs }] = this.#oldest.reduce((fullest, each) =>
      each[1].fullAtMs < fullest[1].fullAtMs ? each : fullest
    );
    group.floorMs = Math.max(group.floorMs, Math.min(fullAtMs, nowMs + group.fillMs));
    this.#buckets.delete(name);
  }

  #findOldest(): void {
    // One that was used since is another bucket, at the end of the map.
    this.#oldest = this.#oldest.filter(([name, bucket]) => this.#buckets.get(name) === bucket);
    while (this.#oldest.length < LOOKED_AT) {
      const { done, value } = this.#hand.next();
      if (!done) {
        this.#oldest.push(value);
        continue;
      }
      this.#hand = this.#buckets.entries();
      if (this.#oldest.length > 0) return;
    }
  }
}

function nameOf({ id }: BucketGroup, key: string): string {
  return `${id}\n${key}`;
}
