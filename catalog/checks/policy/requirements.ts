/**
 * `@require` against the rest of the query: what it compares a claim with must be in every request, and the
 * caller must have a token.
 *
 * @module
 */

import { isGenerated } from "../../parse/generated.ts";
import { suggestMarker } from "../../parse/params.ts";
import type { Param } from "../../query.ts";
import { type Requirement, requirementText } from "../../tags/policy/require_tag.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkRequirements({ tags, own, markers, params }: QueryFacts, report: Report) {
  const [open] = tags.public;
  if (open !== undefined && own.require.length > 0) {
    report({
      span: own.require[0]!.span,
      message: "Cannot use @require: the query is @public, so its callers have no token",
      help: "Replace @public with @scope, or remove the @require",
    });
  }
  const texts = new Set<string>();
  for (const requirement of own.require) {
    const text = requirementText(requirement);
    if (texts.has(text)) {
      report({ span: requirement.span, message: "Duplicate @require", help: "Keep one of them" });
    }
    texts.add(text);
  }
  for (const requirement of tags.require) {
    const { comparand, comparandSpan: span } = requirement;
    if (comparand.kind === "literal") continue;
    const { name } = comparand;
    if (!markers.some((marker) => marker.name === name)) {
      report({
        span,
        message: `Cannot find marker ":${name}" in the statement`,
        help: suggestMarker(name, markers),
      });
      continue;
    }
    const param = params.find((param) => param.name === name);
    // A marker without a known source is reported already.
    if (param !== undefined) checkParam(requirement, { param, params }, report);
  }
}

/** Why it cannot be compared, and what to do instead. */
type Obstacle = readonly [state: string, help: string];

const OBSTACLES: { readonly [Source in Param["source"]["in"]]?: Obstacle } = {
  "bucket": ["it is a bucket", "Compare with the parameter that the bucket is derived from"],
  "generated": ["it is generated", "Compare with a value that the caller sends"],
  "walk": ["@walk binds it", "Compare with a value that the caller sends"],
  "scan": ["@scan binds it", "Compare with a value that the caller sends"],
  "if-match": ["it is an entity tag", "Compare with a value that the caller sends"],
  "content": ["it is the body", "Compare with another parameter"],
  "content-type": ["it is the media type of the body", "Compare with another parameter"],
};

function checkParam(
  requirement: Requirement,
  { param, params }: { readonly param: Param; readonly params: readonly Param[] },
  report: Report,
): void {
  const obstacle = param.optional
    ? ["it may be left out", `Remove the "?" of "${param.name}"`] as const
    : OBSTACLES[isGenerated(param, params) ? "generated" : param.source.in];
  if (obstacle === undefined) return;
  const [state, help] = obstacle;
  report({
    span: requirement.comparandSpan,
    message: `Cannot compare a claim with ":${param.name}": ${state}`,
    help,
  });
}
