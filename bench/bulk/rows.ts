/**
 * The rows of the benchmarks: one observation a minute from 2010 on. Every value follows from its index, so
 * an export can be checked without keeping what was sent.
 *
 * @module
 */

export interface Row {
  readonly observedAt: Date;
  readonly temperature: number;
  readonly pressure: number;
  readonly wind: number;
}

const START_MS = Date.UTC(2010, 0, 1);
const MINUTE_MS = 60_000;
const LINES_IN_A_WRITE = 5_000;

export function rowAt(index: number): Row {
  return {
    observedAt: new Date(START_MS + index * MINUTE_MS),
    temperature: ((index * 7919) % 600) / 10 - 20,
    pressure: 950 + ((index * 104_729) % 1_000) / 10,
    wind: ((index * 31) % 300) / 10,
  };
}

/** The row as a line of NDJSON, as the service writes it too. */
export function lineAt(index: number): string {
  const { observedAt, temperature, pressure, wind } = rowAt(index);
  return JSON.stringify({ observed_at: observedAt.toISOString(), temperature, pressure, wind });
}

/** The time after the last row. */
export function endOf(rows: number): string {
  return new Date(START_MS + rows * MINUTE_MS).toISOString();
}

export const START = new Date(START_MS).toISOString();

/** Writes the rows to a file, oldest first. */
export async function writeRows(path: string, rows: number): Promise<void> {
  using file = await Deno.open(path, { create: true, write: true, truncate: true });
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  for (let first = 0; first < rows; first += LINES_IN_A_WRITE) {
    const length = Math.min(LINES_IN_A_WRITE, rows - first);
    const lines = Array.from({ length }, (_, offset) => `${lineAt(first + offset)}\n`);
    await writer.write(encoder.encode(lines.join("")));
  }
  await writer.close();
}

/** The lines of a file, in order. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const file = await Deno.open(path);
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/**
 * Compares an export, newest first, with the rows it should have.
 *
 * @throws {Error} naming the first line that differs, is missing or is one too many
 */
export async function assertSameRows(path: string, rows: number): Promise<void> {
  let read = 0;
  for await (const line of readLines(path)) {
    const expected = read < rows ? lineAt(rows - 1 - read) : "no more lines";
    if (line !== expected) {
      throw new Error(`Cannot confirm the export: line ${read + 1} is ${line}, not ${expected}`);
    }
    read++;
  }
  if (read !== rows) throw new Error(`Cannot confirm the export: ${read} lines, not ${rows}`);
}
