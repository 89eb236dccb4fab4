/**
 * `@raw` against the rest of the query: a SELECT answers with one blob, a write takes one as its whole
 * body. Whether they are blobs is for the server to say.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import { OCTET_STREAM, type RawName, type RawTag } from "../../tags/answer/raw_tag.ts";
import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

/** Content that a browser would execute, or that can contain scripts, with the rights of the service's origin. */
const ACTIVE =
  /^text\/(?:html|xml|css|(?:java|ecma|j|live)script[\d.]*)$|[/+]xml$|[/+.](?:x-)?(?:java|ecma)script$|^multipart\/|^image\/svg|xhtml|xsl/;

export function checkRawContent(query: QueryFacts, report: Report): void {
  const { tags: { raw: [tag], bulk: [bulk] }, mode, route } = query;
  if (tag === undefined) return;
  const { span, content, type } = tag;
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use @raw${state}`, help });
  if (route === null) reportNoRoute({ tag: "@raw", span }, report);
  if (mode === "many") {
    cannotUse(` with mode ":many": it answers with one row's content`, 'Use ":one"');
  }
  if (bulk !== undefined) {
    cannotUse(" with @bulk: the whole body is one content", "Remove one of the tags");
  }
  if (content !== null && content.name === type?.name) {
    report({
      span: type.span,
      message: `Cannot use "${type.name}" as content and as its type`,
      help: "Name another column or marker",
    });
  }
  checkTypes(tag, query, report);
  if (mode === "exec" || mode === "applied") checkWrite(tag, query, report);
}

function checkTypes(tag: RawTag, { mode }: QueryFacts, report: Report): void {
  const { span, type, types, disposition, dispositionSpan } = tag;
  if (type !== null && types === null) {
    report({
      span: type.span,
      message: "Missing media types",
      help: 'Name those that may be stored, for example "types=image/png|image/jpeg"',
    });
  }
  if (type === null && types !== null && types.length > 1 && mode === "one") {
    report({
      span,
      message: "Missing column of the type",
      help: `Name it, for example "type=content_type", or keep one of "types="`,
    });
  }
  if (disposition !== null && (mode === "exec" || mode === "applied")) {
    report({
      span: dispositionSpan,
      message: 'Cannot use "disposition" for a write: it is about answers',
      help: "Remove it here, and set it where the content is read",
    });
  }
  if (disposition !== "inline") return;
  for (const active of (types ?? [OCTET_STREAM]).filter((type) => ACTIVE.test(type))) {
    report({
      span: dispositionSpan,
      message: `Cannot show "${active}" inline: a browser could run what somebody has stored`,
      help: `Remove "disposition=inline", or the type`,
    });
  }
}

function checkWrite(tag: RawTag, query: QueryFacts, report: Report): void {
  const { route, markers, tags } = query;
  if (route?.method === "GET" || route?.method === "DELETE") {
    report({
      span: tag.span,
      message: `Cannot use @raw at ${route.method}: it has no body`,
      help: "Use POST, PUT or PATCH",
    });
  }
  for (const name of [tag.content, tag.type]) {
    if (name !== null) checkMarker(name, query, report);
  }
  for (const param of tags.param.filter(({ source }) => source?.in === "body")) {
    if (!markers.some(({ name }) => name === param.name)) continue;
    if ([tag.content?.name, tag.type?.name].includes(param.name)) continue;
    report({
      span: param.sourceSpan,
      message: `Cannot take "${param.name}" from the body: @raw makes all of it the content`,
      help: "Take it from the path, the query or a header",
    });
  }
}

/** The values of both come only from the body. */
function checkMarker(
  { name, span }: RawName,
  { markers, tags, route }: QueryFacts,
  report: Report,
): void {
  if (!markers.some((marker) => marker.name === name)) {
    report({
      span,
      message: `Cannot find marker ":${name}" in the statement`,
      help: suggestMarker(name, markers),
    });
    return;
  }
  const places = [
    ...tags.param.filter((param) => param.name === name).map((param) => ({
      span: param.span,
      what: `use @param for "${name}"`,
    })),
    ...(route?.path?.markers ?? []).filter(({ text }) => text === name).map((segment) => ({
      span: segment.span,
      what: `take "${name}" from the path`,
    })),
  ];
  for (const { span, what } of places) {
    report({
      span,
      message: `Cannot ${what}: @raw gives it its value`,
      help: "Remove it here, or remove @raw",
    });
  }
}
