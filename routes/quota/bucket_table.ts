/**
 * Token buckets, each kept as the instant at which it is full again: no timer fills it, and a full bucket need
 * not be kept at all. So buckets that have filled up are forgotten first, which changes nothing.
 *
 * The table is bounded. If it is full of buckets that are not, the fullest of the longest unused is
 * forgotten, and its instant remembered as the floor of its group: from there every key of the group begins
 * that the table does not have. A flood of keys can make others wait for as long as an empty bucket needs,
 * but never for the debt of somebody else; and nobody without a debt gets a fuller bucket by it.
 *
 * @module
 */
import { RecencyList, type Recent } from "../../runtime/recency_list.ts";

/** Buckets of one policy. */
export interface BucketGroup {
  /** Tells it apart from others in the table. */
  readonly id: string;
  /** When a bucket that the table does not have is full, in the time of the caller's clock. */
  floorMs: number;
  /** How long an empty bucket takes to fill. */
  fillMs: number;
}

interface BucketEntry extends Recent<BucketEntry> {
  readonly name: string;
  readonly group: BucketGroup;
  fullAtMs: number;
}

/** About 300 bytes each. */
const MAX_BUCKETS = 100_000;
/** Buckets that are looked at to find one to forget. */
const LOOKED_AT = 8;

export class BucketTable {
  readonly #max: number;
  readonly #buckets = new Map<string, BucketEntry>();
  readonly #recency = new RecencyList<BucketEntry>();
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
    const known = this.#buckets.get(name);
    if (known !== undefined) {
      known.fullAtMs = fullAtMs;
      this.#recency.use(known);
      return;
    }
    this.#makeRoom(nowMs);
    const bucket: BucketEntry = { name, group, fullAtMs, newer: null, older: null };
    this.#buckets.set(name, bucket);
    this.#recency.add(bucket);
  }

  #makeRoom(nowMs: number): void {
    if (this.#buckets.size < this.#max) return;
    const fullest = this.#fullestOfOldest();
    const { name, group, fullAtMs } = fullest;
    group.floorMs = Math.max(group.floorMs, Math.min(fullAtMs, nowMs + group.fillMs));
    this.#buckets.delete(name);
    this.#recency.remove(fullest);
  }

  #fullestOfOldest(): BucketEntry {
    let bucket = this.#recency.oldest!;
    let fullest = bucket;
    for (let looked = 1; looked < LOOKED_AT && bucket.newer !== null; looked++) {
      bucket = bucket.newer;
      if (bucket.fullAtMs < fullest.fullAtMs) fullest = bucket;
    }
    return fullest;
  }
}

function nameOf({ id }: BucketGroup, key: string): string {
  return `${id}\n${key}`;
}
