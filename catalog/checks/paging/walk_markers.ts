/**
 * `@walk` against the rest of the query: its markers must be there, and the bucket's value must come
 * from nowhere else. Whether the rows come in its order depends on the table.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import type { Marker } from "../../query.ts";
import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkWalkMarkers(query: QueryFacts, report: Report): void {
  const { tags: { walk: [walk] }, mode } = query;
  if (walk === undefined) return;
  if (mode !== null && mode !== "many") {
    report({
      span: walk.span,
      message: `Cannot use @walk with mode ":${mode}": only ":many" reads several partitions`,
      help: `Remove the tag, or use ":many"`,
    });
  }
  if (walk.bucket !== null) checkBucketMarker(walk.bucket, query, report);
  for (const end of [walk.from, walk.to]) {
    if (end !== null) checkRangeEnd(end, { bucket: walk.bucket, query, report });
  }
  if (walk.from !== null && walk.from.text === walk.to?.text) {
    report({
      span: walk.to.span,
      message: `Cannot walk from ":${walk.from.text}" to itself`,
      help: "Use separate markers for the start and the end of the range",
    });
  }
}

function checkBucketMarker(
  bucket: Word,
  { markers, tags, route }: QueryFacts,
  report: Report,
): void {
  if (!isMarker(bucket, markers)) {
    reportNoMarker(bucket, { markers, report });
    return;
  }
  for (const param of tags.param.filter(({ name }) => name === bucket.text)) {
    report({
      span: param.span,
      message: `Cannot use @param for "${bucket.text}": @walk gives it its values`,
      help: "Remove the @param, or remove @walk",
    });
  }
  for (const segment of route?.path?.markers ?? []) {
    if (segment.text !== bucket.text) continue;
    report({
      span: segment.span,
      message: `Cannot take "${bucket.text}" from the path: @walk gives it its values`,
      help: `Remove "{${bucket.text}}" from the path, or remove @walk`,
    });
  }
}

/** Reports an end of the range that is not a value that the caller always sends. */
function checkRangeEnd(
  end: Word,
  { bucket, query, report }: {
    readonly bucket: Word | null;
    readonly query: QueryFacts;
    readonly report: Report;
  },
): void {
  const { markers, tags } = query;
  const cannotUse = (state: string, help: string) =>
    report({ span: end.span, message: `Cannot walk along ":${end.text}": ${state}`, help });
  const tag = tags.param.find(({ name }) => name === end.text);
  if (!isMarker(end, markers)) {
    const others = markers.filter(({ name }) => name !== bucket?.text);
    reportNoMarker(end, { markers: others, report });
  } else if (end.text === bucket?.text) {
    cannotUse("it is the bucket itself", "Name a marker that holds a time");
  } else if (tag?.source?.in === "bucket") {
    cannotUse("it is a bucket", `Name the marker of the time, ":${tag.source.of}"`);
  } else if (tag?.source?.in === "claim") {
    cannotUse("it is a claim", "Name a parameter that the caller sends");
  } else if (tag?.optional) {
    report({
      span: tag.nameSpan,
      message: `Cannot leave out "${end.text}": @walk needs both ends of the range`,
      help: `Remove the "?", or give it a default`,
    });
  }
}

function isMarker({ text }: Word, markers: readonly Marker[]): boolean {
  return markers.some(({ name }) => name === text);
}

function reportNoMarker(
  { text, span }: Word,
  { markers, report }: { readonly markers: readonly Marker[]; readonly report: Report },
): void {
  report({
    span,
    message: `Cannot find marker ":${text}" in the statement`,
    help: suggestMarker(text, markers),
  });
}
