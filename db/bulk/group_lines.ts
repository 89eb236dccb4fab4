/**
 * Lines that go to Cassandra together: a batch writes the lines of one partition as a single mutation, at a
 * fraction of the cost of writing them one by one.
 *
 * @module
 */

/** Two rows lie in one partition, or are one row, where the strings are the same. */
export interface GroupKey<Row> {
  partition(row: Row): string;
  /** Within the partition. */
  row(row: Row): string;
  /**
   * Compares rows of one partition in some order of theirs.
   *
   * @returns more than zero if the first comes after the other, less if before; else zero, even where that
   * is not known
   */
  compare(one: Row, other: Row): number;
  /** Of all its values, in bytes. */
  size(row: Row): number;
}

/** A line that has been read and checked. Lines count from one. */
export interface ReadLine<Row> {
  readonly line: number;
  readonly row: Row;
}

// More gains little, and all of them wait for the last.
const MAX_ROWS = 100;
const MAX_BYTES = 65_536;
/** Lines that are grouped together, whatever their partitions. */
const MAX_LINES = 8_000;
const MAX_TOTAL_BYTES = 1_048_576;
/** In a batch, a row costs Cassandra about a quarter of what a separate write costs. */
const ROWS_IN_A_PLACE = 4;

/** How many slots of the limit lines take that are written together. */
export function slotsOf({ length }: readonly ReadLine<unknown>[]): number {
  return Math.ceil(length / ROWS_IN_A_PLACE);
}

/** A batch has one time, so neither of two writes to the same row would be the later one. */
class Group<Row> {
  readonly lines: ReadLine<Row>[] = [];
  readonly #key: GroupKey<Row>;
  #bytes = 0;
  /** Rows that come in order, each after or each before the last, are not the same; zero without an order. */
  #order = NaN;
  /** Of rows without an order. */
  #rows: Set<string> | null = null;

  constructor(key: GroupKey<Row>) {
    this.#key = key;
  }

  /** Adds a line, if it fits. */
  tryAdd(line: ReadLine<Row>): boolean {
    const { lines } = this;
    const bytes = this.#bytes + this.#key.size(line.row);
    if (lines.length > 0 && (lines.length === MAX_ROWS || bytes > MAX_BYTES)) return false;
    if (!this.#isOther(line.row)) return false;
    lines.push(line);
    this.#bytes = bytes;
    return true;
  }

  /** Whether a row differs from all before it. */
  #isOther(row: Row): boolean {
    const last = this.lines.at(-1);
    if (last === undefined) return true;
    if (this.#order !== 0) {
      const order = Math.sign(this.#key.compare(row, last.row));
      if (Number.isNaN(this.#order) || order === this.#order) {
        this.#order = order;
        if (order !== 0) return true;
      }
    }
    this.#order = 0;
    this.#rows ??= new Set(this.lines.map((line) => this.#key.row(line.row)));
    const key = this.#key.row(row);
    if (this.#rows.has(key)) return false;
    this.#rows.add(key);
    return true;
  }
}

/**
 * Groups lines by partition. No group has two lines of one row, and the lines of a partition stay in
 * their order from group to group.
 */
export class LineGroups<Row> {
  readonly #key: GroupKey<Row> | null;
  readonly #open = new Map<string, Group<Row>>();
  #last: { readonly partition: string; readonly group: Group<Row> } | null = null;
  #lines = 0;
  #bytes = 0;

  /** @param key null if each line has to be written separately */
  constructor(key: GroupKey<Row> | null) {
    this.#key = key;
  }

  /** Adds a line. @returns a group that takes no more lines; null if no group is complete */
  add(line: ReadLine<Row>): readonly ReadLine<Row>[] | null {
    const key = this.#key;
    if (key === null) return [line];
    this.#lines++;
    this.#bytes += key.size(line.row);
    const partition = key.partition(line.row);
    const before = this.#last?.partition === partition
      ? this.#last.group
      : this.#open.get(partition);
    if (before?.tryAdd(line)) {
      if (this.#last?.group !== before) this.#last = { partition, group: before };
      return null;
    }
    const group = new Group(key);
    group.tryAdd(line);
    this.#open.set(partition, group);
    this.#last = { partition, group };
    return before?.lines ?? null;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /**
   * Whether the groups should not wait any longer. Each row keeps the block alive that it was read into, so all
   * lines since the last take count, not just the waiting ones.
   */
  get isFull(): boolean {
    return this.#lines >= MAX_LINES || this.#bytes >= MAX_TOTAL_BYTES;
  }

  /** Takes all groups. */
  takeAll(): (readonly ReadLine<Row>[])[] {
    const groups = [...this.#open.values()].map(({ lines }) => lines);
    this.#open.clear();
    this.#last = null;
    this.#lines = 0;
    this.#bytes = 0;
    return groups;
  }
}
