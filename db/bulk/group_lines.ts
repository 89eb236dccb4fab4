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

interface Group<Row> {
  readonly lines: ReadLine<Row>[];
  /** A batch has one time, so that of two writes to one row neither would be the later one. */
  readonly rows: Set<string>;
  bytes: number;
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
  for (const line of lines) {
    if (key === null) {
      yield [line];
      continue;
    }
    const partition = key.partition(line.row);
    const row = key.row(line.row);
    const bytes = key.size(line.row);
    let group = open.get(partition);
    if (group !== undefined && !fits(group, row, bytes)) {
      yield group.lines;
      group = undefined;
    }
    if (group === undefined) open.set(partition, group = { lines: [], rows: new Set(), bytes: 0 });
    group.lines.push(line);
    group.rows.add(row);
    group.bytes += bytes;
  }
  for (const { lines } of open.values()) yield lines;
}

function fits({ lines, rows, bytes }: Group<unknown>, row: string, size: number): boolean {
  return lines.length < MAX_ROWS && bytes + size <= MAX_BYTES && !rows.has(row);
}
