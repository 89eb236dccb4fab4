/**
 * Sends lines off in groups, as many at once as the limit allows. Lines of one partition wait for each
 * other, for a moment.
 *
 * @module
 */
import type { AdaptiveLimit } from "./adaptive_limit.ts";
import { type GroupKey, LineGroups, type ReadLine, slotsOf } from "./group_lines.ts";

export interface GroupSenderOptions<Row> {
  /** Which rows may be written together; null if none may. */
  readonly key: GroupKey<Row> | null;
  /** Has a slot for each group that is being written. */
  readonly limit: AdaptiveLimit;
  /** Writes a group. Never rejects. */
  write(group: readonly ReadLine<Row>[]): Promise<void>;
}

/** How long lines wait for others of their partition, where the sender has no more for now. */
const PATIENCE_MS = 2;
/** How long they wait for others at most, where there is always more. */
const MAX_WAIT_MS = 100;

export class GroupSender<Row> {
  readonly #groups: LineGroups<Row>;
  readonly #limit: AdaptiveLimit;
  readonly #write: (group: readonly ReadLine<Row>[]) => Promise<void>;
  #sentAllAt = performance.now();

  constructor({ key, limit, write }: GroupSenderOptions<Row>) {
    this.#groups = new LineGroups(key);
    this.#limit = limit;
    this.#write = write;
  }

  /** Takes lines, and sends the groups that need not wait any longer. Resolves when these are on their way. */
  async add(lines: readonly ReadLine<Row>[]): Promise<void> {
    for (const line of lines) {
      const full = this.#groups.add(line);
      if (full !== null) await this.#send(full);
    }
    const haveWaited = performance.now() - this.#sentAllAt > MAX_WAIT_MS;
    if (this.#groups.isFull || haveWaited) await this.#sendAll();
  }

  /** The blocks of a sender, one after the other. Lines that wait for others do not wait for the sender. */
  async *sendingMeanwhile<Block>(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
    const iterator = blocks[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = iterator.next();
        if (!this.#groups.isEmpty && !await isSoon(next, PATIENCE_MS)) await this.#sendAll();
        const { done, value } = await next;
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Sends the remaining groups, and resolves when nothing is in flight any more. */
  async finish(): Promise<void> {
    await this.#sendAll();
    while (this.#limit.inFlight > 0) await this.#limit.freed();
  }

  async #sendAll(): Promise<void> {
    this.#sentAllAt = performance.now();
    for (const group of this.#groups.takeAll()) await this.#send(group);
  }

  /** Resolves when the group is on its way. */
  async #send(group: readonly ReadLine<Row>[]): Promise<void> {
    const slots = slotsOf(group);
    while (!this.#limit.tryTake(slots)) await this.#limit.freed();
    void this.#writeAndRelease(group, slots);
  }

  async #writeAndRelease(group: readonly ReadLine<Row>[], slots: number): Promise<void> {
    await this.#write(group);
    this.#limit.release(slots);
  }
}

/** Whether work ends within a time; how it ends is for others to see. */
function isSoon(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), withinMs);
    const end = () => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(end, end);
  });
}
