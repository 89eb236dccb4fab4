/**
 * `@walk` against the rest of the query: its markers must be there, and the bucket's value must come
 * from nowhere else. Whether the rows come in the order that it names, the table knows.
 *
 * @module
 */

import { suggestMarker } from "../params.ts";
import type { Marker, Mode } from "../query.ts";
import type { ParamTag } from "../tags/param_tag.ts";
import type { RouteTag } from "../tags/route_tag.ts";
import type { WalkTag } from "../tags/walk_tag.ts";
import type { Word } from "../text/comment.ts";
import type { Report } from "../text/source.ts";

export interface WalkContext {
  readonly mode: Mode | null;
  readonly markers: readonly Marker[];
  readonly params: readonly ParamTag[];
  readonly route: RouteTag | null;
  readonly report: Report;
}

export function checkWalk(walk: WalkTag, context: WalkContext): void {
  const { mode, report } = context;
  if (mode !== null && mode !== "many") {
    report({
      span: walk.span,
      message: `Cannot use @walk with mode ":${mode}": only ":many" reads several partitions`,
      help: `Remove the tag, or use ":many"`,
    });
  }
  if (walk.bucket !== null) checkBucket(walk.bucket, context);
  for (const end of [walk.from, walk.to]) {
    if (end !== null) checkEnd(end, { bucket: walk.bucket, context });
  }
  if (walk.from !== null && walk.from.text === walk.to?.text) {
    report({
      span: walk.to.span,
      message: `Cannot walk from ":${walk.from.text}" to itself`,
      help: "Give the start and the end of the range a marker each",
    });
  }
}

function checkBucket(bucket: Word, { markers, params, route, report }: WalkContext): void {
  if (!isMarker(bucket, markers)) {
    reportNoMarker(bucket, { markers, report });
    return;
  }
  for (const param of params.filter(({ name }) => name === bucket.text)) {
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

/** Reports an end of the range that is not the caller's own, always present value. */
function checkEnd(
  end: Word,
  { bucket, context }: { readonly bucket: Word | null; readonly context: WalkContext },
): void {
  const { markers, params, report } = context;
  const cannotUse = (state: string, help: string) =>
    report({ span: end.span, message: `Cannot walk along ":${end.text}": ${state}`, help });
  const tag = params.find(({ name }) => name === end.text);
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
