/**
 * Lines that go to Cassandra together: a batch writes the lines of one partition as one mutation, at a
 * fraction of what they cost one by one.
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
   * @returns more than zero if the first comes after the other, less if before; else zero, also where that
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

/** A batch has one time, so that of two writes to one row neither would be the later one. */
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
 *
 * @param key null if each line has to be written alone
 */
export function* groupLines<Row>(
  lines: Iterable<ReadLine<Row>>,
  key: GroupKey<Row> | null,
): Generator<readonly ReadLine<Row>[]> {
  const open = new Map<string, Group<Row>>();
  let last = "";
  let lastGroup: Group<Row> | undefined;
  for (const line of lines) {
    if (key === null) {
      yield [line];
      continue;
    }
    const partition = key.partition(line.row);
    let group = partition === last ? lastGroup : open.get(partition);
    if (group === undefined || !group.tryAdd(line)) {
      if (group !== undefined) yield group.lines;
      group = new Group(key);
      group.tryAdd(line);
      open.set(partition, group);
    }
    last = partition;
    lastGroup = group;
  }
  for (const { lines } of open.values()) yield lines;
}
