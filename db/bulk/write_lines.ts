/**
 * Many inputs, each a separate write or part of a batch. As many run at once as Cassandra keeps up with, and no
 * more are read than that. An input that fails is reported and does not stop the others.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { Pace, type RunSteps, type Steps } from "../../runtime/steps.ts";
import { AdaptiveLimit } from "./adaptive_limit.ts";
import type { Entry, ReadableEntry } from "./entry.ts";
import type { ReadLine } from "./group_lines.ts";
import { GroupSender, type GroupSenderOptions } from "./group_sender.ts";
import { type LineListener, LineTally } from "./line_tally.ts";
import { writeGroup, type WriteGroupOptions } from "./write_group.ts";

export interface WriteLinesOptions<Row>
  extends
    LineListener<Row>,
    Pick<GroupSenderOptions<Row>, "key">,
    Omit<WriteGroupOptions<Row>, "limit" | "tally"> {
  /** Reads and checks an input in one step; null if that takes more. @throws {ServiceError} */
  readNow?(entry: ReadableEntry): Row | null;
  /** Reads and checks an input. @throws {ServiceError} */
  read(entry: ReadableEntry): Steps<Row>;
  /** Runs the reading of some inputs. */
  readonly run: RunSteps;
  /** Asked now and then for a reason to stop; null to continue. If it throws, the upload breaks off. */
  obstacle(): string | null;
  /** Default: a new limit for this upload. */
  readonly limit?: AdaptiveLimit;
}

/** What became of the lines. */
export interface BulkOutcome {
  /** The last line that was read: those after it were not written. */
  readonly read: number;
  readonly written: number;
  readonly failed: number;
  /** Why not all lines were read, for the sender; null if all were. */
  readonly stopped: string | null;
  /** What broke the upload off; undefined if it came to its end. */
  readonly broken: unknown;
  /**
   * What the operator should know about the failures: the cause of the first one that is not the sender's
   * mistake.
   */
  readonly cause: unknown;
}

/** Lines that are read and grouped at a time. */
const WINDOW = 1_000;
/** After this much work, others get a turn of the event loop. */
const WORK_MS = 5;

/**
 * Writes the entries, block by block, and resolves when nothing is in flight any more. Never rejects:
 * where the entries end in an error, the reading ends.
 */
export async function writeLines<Row>(
  blocks: AsyncIterable<readonly Entry[]>,
  options: WriteLinesOptions<Row>,
): Promise<BulkOutcome> {
  const { key, run, limit = new AdaptiveLimit() } = options;
  const tally = new LineTally(options);
  const shared = { ...options, limit, tally };
  const sender = new GroupSender<Row>({ key, limit, write: (group) => writeGroup(group, shared) });
  let read = 0;
  let stopped: string | null = null;
  let broken: unknown;
  let turnAt = performance.now();
  try {
    reading: for await (const block of sender.sendingMeanwhile(blocks)) {
      for (const entries of windowsOf(block)) {
        stopped = options.obstacle();
        if (stopped !== null) break reading;
        await sender.add(await run(readEntries(entries, shared)));
        const last = entries.at(-1)!;
        read = last.lastLine ?? last.line;
        if (performance.now() - turnAt < WORK_MS) continue;
        // Not an immediate, before which the runtime hardly looks for input and output.
        await setTimeout(0);
        turnAt = performance.now();
      }
    }
  } catch (error) {
    broken = error;
  }
  await sender.finish();
  const { written, failed, cause } = tally;
  return { read, written, failed, stopped, broken, cause };
}

function* windowsOf(block: readonly Entry[]): Generator<readonly Entry[]> {
  for (let start = 0; start < block.length; start += WINDOW) {
    yield block.slice(start, start + WINDOW);
  }
}

interface ReadEntriesOptions<Row> extends Pick<WriteLinesOptions<Row>, "readNow" | "read"> {
  readonly tally: LineTally<Row>;
}

/** The entries that can be written; the others fail. */
function* readEntries<Row>(
  entries: readonly Entry[],
  { readNow, read, tally }: ReadEntriesOptions<Row>,
): Steps<ReadLine<Row>[]> {
  const lines: ReadLine<Row>[] = [];
  const pace = new Pace();
  for (const entry of entries) {
    if (pace.isDue()) yield;
    try {
      if ("error" in entry) throw entry.error;
      const row = readNow?.(entry) ?? (yield* read(entry));
      lines.push({ line: entry.line, row });
    } catch (error) {
      tally.addFailed(entry.line, error);
    }
  }
  return lines;
}
