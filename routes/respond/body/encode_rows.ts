/**
 * The bytes of an answer that holds rows as JSON, and nothing else of any size.
 *
 * @module
 */
import { JsonWriter } from "../../../codec/json/json_writer.ts";
import type { RunSteps, Steps } from "../../../runtime/steps.ts";
import type { RowLayout } from "../../../db/prepare/rows/write_rows.ts";
import {
  areLarge,
  bytesOf,
  type UnreadRows,
  writeRows,
  writeRowSteps,
} from "../../../db/run/unread_rows.ts";
import { giveBack } from "../../../runtime/give_back.ts";
import { PIECE_BYTES } from "./pieces.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface RowsText {
  readonly parts: readonly UnreadRows[];
  readonly layout: RowLayout;
  /** What stands around the rows, in ASCII. Default: nothing. */
  readonly before?: string;
  readonly after?: string;
}

/** Whether the text takes so long to write that other requests get turns in between. */
export function takesSteps(parts: readonly UnreadRows[]): boolean {
  return areLarge(parts.reduce((sum, part) => sum + bytesOf(part), 0));
}

/**
 * Writes the text over the previous content.
 *
 * @throws {ServiceError} as `writeRows()` does
 */
export function encodeAtOnce(
  { parts, layout, before = "", after = "" }: RowsText,
  scratch: JsonWriter,
): void {
  scratch.clear();
  scratch.ascii(before);
  writeRows(parts, { layout, out: scratch });
  scratch.ascii(after);
}

/** Room for what most steps write beyond a chunk. */
const STEP_BYTES = 16 * 1024;

/** The text in chunks, each of which but the last is a whole piece. */
export function* encodeInSteps(
  { parts, layout, before = "", after = "" }: RowsText,
): Steps<Bytes[]> {
  const chunks: Bytes[] = [];
  // Others write into theirs between two steps.
  const out = new JsonWriter(PIECE_BYTES + STEP_BYTES);
  out.ascii(before);
  for (const _ of writeRowSteps(parts, { layout, out })) {
    if (out.at >= PIECE_BYTES) chunks.push(...out.takeParts(PIECE_BYTES));
    yield;
  }
  out.ascii(after);
  chunks.push(...out.takeParts(PIECE_BYTES), out.take());
  giveBack(out.bytes);
  return chunks;
}

export interface EncodeOptions {
  /** For text that is written at once. */
  readonly scratch: JsonWriter;
  readonly run: RunSteps;
}

/** The bytes of rows, in chunks. */
export async function encodeRows(
  text: RowsText,
  { scratch, run }: EncodeOptions,
): Promise<Bytes[]> {
  if (takesSteps(text.parts)) return await run(encodeInSteps(text));
  encodeAtOnce(text, scratch);
  return [scratch.take()];
}
