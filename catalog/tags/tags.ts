/**
 * The table of tags: each is one entry here and one reader. What tags mean together is for
 * `validate.ts`.
 *
 * @module
 */

import { placeOf } from "../text/diagnose.ts";
import type { Report, Span } from "../text/source.ts";
import { closest, suggest } from "../text/suggest.ts";
import type { Token } from "../text/token.ts";
import { readConsistency } from "./consistency_tag.ts";
import { readCurrent } from "./current_tag.ts";
import { readEtag } from "./etag_tag.ts";
import { readPage } from "./page_tag.ts";
import { readParam } from "./param_tag.ts";
import { readRoute } from "./route_tag.ts";
import { readScope } from "./scope_tag.ts";
import { readStatus } from "./status_tag.ts";
import { readTagLine, reportUnexpected, type TagLine } from "./tag_line.ts";
import { readWalk } from "./walk_tag.ts";

interface TagReader {
  /** Whether a query may have the tag more than once. */
  readonly repeats: boolean;
  /** What the tag says; null where nothing can be made of it. */
  readonly read: (line: TagLine, report: Report) => unknown;
}

const TAGS = {
  route: { repeats: false, read: readRoute },
  scope: { repeats: true, read: readScope },
  public: { repeats: false, read: readBare },
  param: { repeats: true, read: readParam },
  consistency: { repeats: false, read: readConsistency },
  page: { repeats: false, read: readPage },
  etag: { repeats: false, read: readEtag },
  walk: { repeats: false, read: readWalk },
  bulk: { repeats: false, read: readBare },
  status: { repeats: false, read: readStatus },
  current: { repeats: false, read: readCurrent },
} as const satisfies Record<string, TagReader>;

export type TagName = keyof typeof TAGS;

/** Every tag, without the `@`. */
export const TAG_NAMES = Object.keys(TAGS) as readonly TagName[];

/** What the tags of one query say, by the tag's name, in the order of the file. */
export type Tags = {
  readonly [Name in TagName]: readonly NonNullable<ReturnType<typeof TAGS[Name]["read"]>>[];
};

/** Reads the tags among the comments of a query; of a duplicate the first counts. */
export function readTags(comments: readonly Token[], report: Report): Tags {
  const values = new Map<TagName, unknown[]>();
  const firsts = new Map<TagName, TagLine>();
  for (const comment of comments) {
    const line = readTagLine(comment);
    if (line === null) continue;
    const name = readName(line, report);
    if (name === null) continue;
    const { read, repeats } = TAGS[name];
    const value = read(line, report);
    const first = firsts.get(name);
    if (first !== undefined && !repeats) {
      report({
        span: line.nameSpan,
        message: `Duplicate tag "@${name}"`,
        help: `Keep one of them; the first is at ${placeOf(first.span)}`,
      });
      continue;
    }
    firsts.set(name, line);
    if (value !== null) values.set(name, [...values.get(name) ?? [], value]);
  }
  // Each value was made by the reader of its name, which the types cannot follow through a loop.
  return Object.fromEntries(
    TAG_NAMES.map((name) => [name, values.get(name) ?? []]),
  ) as unknown as Tags;
}

/** Whether there is a tag of this name. */
export function isTagName(name: string): name is TagName {
  return Object.hasOwn(TAGS, name);
}

/** The tag that a line means, null where it is none; a near miss is reported and read all the same. */
function readName({ name, nameSpan }: TagLine, report: Report): TagName | null {
  if (isTagName(name)) return name;
  const signed = TAG_NAMES.map((name) => `@${name}`);
  report({
    span: nameSpan,
    message: `Unknown tag "@${name}"`,
    help: suggest(`@${name}`, signed),
  });
  const meant = closest(`@${name}`, signed)?.slice(1);
  return meant !== undefined && isTagName(meant) ? meant : null;
}

/** A tag that says all by being there. */
function readBare(line: TagLine, report: Report): { readonly span: Span } {
  for (const word of line.words) reportUnexpected(word, report);
  return { span: line.span };
}
