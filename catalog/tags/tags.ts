/**
 * The table of tags: each tag is one line here and one file. What tags mean together is for the rules
 * in `checks/`.
 *
 * @module
 */

import { placeOf } from "../text/diagnose.ts";
import type { Report } from "../text/source.ts";
import { closest, suggest } from "../text/suggest.ts";
import type { Token } from "../text/token.ts";
import { currentTag } from "./answer/current_tag.ts";
import { etagTag } from "./answer/etag_tag.ts";
import { locationTag } from "./answer/location_tag.ts";
import { rawTag } from "./answer/raw_tag.ts";
import { returnsTag } from "./answer/returns_tag.ts";
import { rowTag } from "./answer/row_tag.ts";
import { statusTag } from "./answer/status_tag.ts";
import { cacheTag } from "./execution/cache_tag.ts";
import { coalesceTag } from "./execution/coalesce_tag.ts";
import { consistencyTag } from "./execution/consistency_tag.ts";
import { speculativeTag } from "./execution/speculative_tag.ts";
import { timeoutTag } from "./execution/timeout_tag.ts";
import { bulkTag } from "./input/bulk_tag.ts";
import { optionalTag } from "./input/optional_tag.ts";
import { paramTag } from "./input/param_tag.ts";
import { writtenSource } from "./input/sources/sources.ts";
import { maxRowsTag } from "./paging/max_rows_tag.ts";
import { pageTag } from "./paging/page_tag.ts";
import { scanTag } from "./paging/scan_tag.ts";
import { walkTag } from "./paging/walk_tag.ts";
import { auditTag } from "./policy/audit_tag.ts";
import { maskTag } from "./policy/mask_tag.ts";
import { publicTag } from "./policy/public_tag.ts";
import { rateTag } from "./policy/rate_tag.ts";
import { requireTag } from "./policy/require_tag.ts";
import { scopeTag } from "./policy/scope_tag.ts";
import { sensitiveTag } from "./policy/sensitive_tag.ts";
import { waiveTag } from "./policy/waive_tag.ts";
import { withoutTag } from "./policy/without_tag.ts";
import { deprecatedTag } from "./route/deprecated_tag.ts";
import { operationTag } from "./route/operation_tag.ts";
import { prefixTag } from "./route/prefix_tag.ts";
import { routeTag } from "./route/route_tag.ts";
import type { Tag, TaggedQuery } from "./tag.ts";
import { readTagLine, type TagLine } from "./tag_line.ts";

interface AnyTag extends Tag<unknown> {
  readonly settle?: (tag: never, query: TaggedQuery) => unknown;
}

const TAGS = {
  prefix: prefixTag,
  route: routeTag,
  operation: operationTag,
  scope: scopeTag,
  public: publicTag,
  require: requireTag,
  mask: maskTag,
  rate: rateTag,
  param: paramTag,
  without: withoutTag,
  optional: optionalTag,
  consistency: consistencyTag,
  timeout: timeoutTag,
  speculative: speculativeTag,
  coalesce: coalesceTag,
  cache: cacheTag,
  page: pageTag,
  "max-rows": maxRowsTag,
  etag: etagTag,
  walk: walkTag,
  scan: scanTag,
  bulk: bulkTag,
  status: statusTag,
  returns: returnsTag,
  location: locationTag,
  current: currentTag,
  raw: rawTag,
  row: rowTag,
  audit: auditTag,
  sensitive: sensitiveTag,
  waive: waiveTag,
  deprecated: deprecatedTag,
} as const satisfies Record<string, AnyTag>;

export type TagName = keyof typeof TAGS;

/** Every tag, without the `@`. */
export const TAG_NAMES = Object.keys(TAGS) as readonly TagName[];

/** What the tags of one query or one file say, by the tag's name, in the order of the file. */
export type Tags = {
  readonly [Name in TagName]: readonly NonNullable<ReturnType<typeof TAGS[Name]["read"]>>[];
};

/** What a query carries of the tags that are about the whole query, under their names. */
export type TagSettings = {
  readonly [Name in QueryTagName]: ReturnType<typeof TAGS[Name]["settle"]>;
};

type QueryTagName = {
  [Name in TagName]: typeof TAGS[Name] extends { readonly settle: unknown } ? Name : never;
}[TagName];

/** Reads the tags among the comments of a query; of duplicates, the first counts. */
export function readTags(comments: readonly Token[], report: Report): Tags {
  return readTagsAbout(comments, { subject: "query", report });
}

/** Reads the tags among the comments before the first header of a file, which are about all its queries. */
export function readFileTags(comments: readonly Token[], report: Report): Tags {
  return readTagsAbout(comments, { subject: "file", report });
}

interface TagContext {
  readonly subject: "query" | "file";
  readonly report: Report;
}

function readTagsAbout(comments: readonly Token[], { subject, report }: TagContext): Tags {
  const values = new Map<TagName, unknown[]>();
  const firsts = new Map<TagName, TagLine>();
  for (const comment of comments) {
    const line = readTagLine(comment);
    if (line === null) continue;
    const name = readName(line, { subject, report });
    if (name === null) continue;
    const { read, repeats, about = "query" }: AnyTag = TAGS[name];
    if (about !== subject && about !== "either") {
      reportSubject(line, { name, subject, report });
      continue;
    }
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

/** Reports a tag that says nothing about a whole file, or nothing about a single query. */
function reportSubject(
  { nameSpan }: TagLine,
  { name, subject, report }: TagContext & { readonly name: TagName },
): void {
  if (subject === "query") {
    report({
      span: nameSpan,
      message: `Cannot use @${name} for a query: it is about a whole file`,
      help: "Move it before the first header of the file",
    });
    return;
  }
  report({
    span: nameSpan,
    message: `Cannot use @${name} before the first header: it is about a single query`,
    help: `Move it below the header of a query; for a whole file there are ${
      signedNames("file").join(", ")
    }`,
  });
}

/** The tags that are allowed there, with their sign. */
function signedNames(subject: "query" | "file"): string[] {
  return TAG_NAMES.filter((name) => {
    const { about = "query" }: AnyTag = TAGS[name];
    return about === subject || about === "either";
  }).map((name) => `@${name}`);
}

/** Whether there is a tag with this name. */
export function isTagName(name: string): name is TagName {
  return Object.hasOwn(TAGS, name);
}

/** The tag that a line means; null if it means none. A near miss is reported, and read as what was meant. */
function readName(
  { name, nameSpan, words: [value] }: TagLine,
  { subject, report }: TagContext,
): TagName | null {
  if (isTagName(name)) return name;
  const signed = signedNames(subject);
  const source = writtenSource(name);
  report({
    span: nameSpan,
    message: `Unknown tag "@${name}"`,
    help: source === null
      ? suggest(`@${name}`, signed)
      : `Write it as "@param ${value?.text ?? "name"} in ${source}"`,
  });
  if (source !== null) return null;
  const meant = closest(`@${name}`, signed)?.slice(1);
  return meant !== undefined && isTagName(meant) ? meant : null;
}

/** What a query without mistakes carries of its tags. */
export function settleTags(tags: Tags, query: TaggedQuery): TagSettings {
  const settled = TAG_NAMES.flatMap((name) => {
    const { settle }: AnyTag = TAGS[name];
    // The value was made by the reader of the same tag, which the types cannot follow.
    return settle === undefined ? [] : [[name, settle((tags[name][0] ?? null) as never, query)]];
  });
  return Object.fromEntries(settled) as unknown as TagSettings;
}
