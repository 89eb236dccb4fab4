/**
 * The `@consistency LOCAL_QUORUM serial=LOCAL_SERIAL` tag, in CQL's own spelling.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

const SERIAL_LEVELS = ["SERIAL", "LOCAL_SERIAL"] as const;

const LEVELS = [
  "ANY",
  "ONE",
  "TWO",
  "THREE",
  "QUORUM",
  "ALL",
  "LOCAL_QUORUM",
  "EACH_QUORUM",
  "LOCAL_ONE",
  ...SERIAL_LEVELS,
] as const;

/** A consistency level by its CQL name, such as `LOCAL_QUORUM`. */
export type Consistency = typeof LEVELS[number];

/** For reads, which then also see lightweight transactions that are not finished, and for the phase of an `IF`. */
export type SerialConsistency = typeof SERIAL_LEVELS[number];

/** The levels of a query; null if the service's own level applies. */
export interface QueryConsistency {
  readonly level: Consistency | null;
  /** The level of the serial phase of a lightweight transaction. */
  readonly serial: SerialConsistency | null;
}

export interface ConsistencyTag {
  readonly level: Consistency | null;
  readonly levelSpan: Span;
  readonly serial: SerialConsistency | null;
  /** Null if there is no `serial=`. */
  readonly serialSpan: Span | null;
}

export const consistencyTag: QueryTag<ConsistencyTag, QueryConsistency> = {
  repeats: false,
  about: "either",
  read: readConsistency,
  settle: (tag) => ({ level: tag?.level ?? null, serial: tag?.serial ?? null }),
};

/** Whether a level is serial; null and undefined mean the level of the service, which is not. */
export function isSerial(level: Consistency | null | undefined): level is SerialConsistency {
  return level === "SERIAL" || level === "LOCAL_SERIAL";
}

function readConsistency(line: TagLine, report: Report): ConsistencyTag {
  const first = line.words[0];
  const levelWord = first?.text.includes("=") ? undefined : first;
  if (levelWord === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing consistency level",
      help: `Name it after the tag, for example "@consistency LOCAL_QUORUM"`,
    });
  }
  const { serial } = readOptions(line.words.slice(levelWord === undefined ? 0 : 1), {
    keys: ["serial"],
    report,
  });
  return {
    level: readLevel(levelWord, { levels: LEVELS, report }),
    levelSpan: levelWord?.span ?? line.nameSpan,
    serial: readLevel(serial, { levels: SERIAL_LEVELS, report }),
    serialSpan: serial?.span ?? null,
  };
}

function readLevel<Level extends string>(
  word: Word | undefined,
  { levels, report }: { readonly levels: readonly Level[]; readonly report: Report },
): Level | null {
  if (word === undefined) return null;
  const level = levels.find((level) => level === word.text) ?? null;
  if (level === null) {
    report({
      span: word.span,
      message: `Unknown consistency level "${word.text}"`,
      help: suggest(word.text, levels),
    });
  }
  return level;
}
