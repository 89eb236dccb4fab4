/**
 * `@returns`, `@location` and `@bulk returning` against the rest of the query: a write answers with values
 * that it has, over HTTP, each under a name of its own.
 *
 * @module
 */

import { answerNameOf } from "../../parse/client_name.ts";
import { isGenerated } from "../../parse/generated.ts";
import { suggestMarker } from "../../parse/params.ts";
import { statusTag } from "../../tags/answer/status_tag.ts";
import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

export function checkAnsweredValues(query: QueryFacts, report: Report): void {
  checkReturns(query, report);
  checkLocation(query, report);
  checkReturning(query, report);
  checkNames(query, report);
}

function checkReturns(query: QueryFacts, report: Report): void {
  const { tags: { returns: [tag], status }, mode, route, markers, params } = query;
  if (tag === undefined) return;
  const cannotUse = (state: string, help: string) =>
    report({ span: tag.span, message: `Cannot use @returns${state}`, help });
  if (mode === "one" || mode === "many") {
    cannotUse(` with mode ":${mode}": rows are answered`, "Remove the tag");
  }
  if (route === null) reportNoRoute({ tag: "@returns", span: tag.span }, report);
  if (status[0]?.status === 204) {
    cannotUse(" with status 204: there is no body", "Remove one of the tags");
  }
  for (const { text, span } of tag.names) {
    const param = params.find(({ name }) => name === text);
    if (!markers.some(({ name }) => name === text)) {
      report({
        span,
        message: `Cannot find marker ":${text}" in the statement`,
        help: suggestMarker(text, markers),
      });
    } else if (param !== undefined && isGenerated(param, params)) {
      report({
        span,
        message: `Cannot return "${text}" twice: generated values are in the answer anyway`,
        help: "Remove it",
      });
    }
  }
}

function checkLocation(query: QueryFacts, report: Report): void {
  const { tags, mode, route } = query;
  const [tag] = tags.location;
  if (tag === undefined || mode === null) return;
  const cannotUse = (state: string, help: string) =>
    report({ span: tag.span, message: `Cannot use @location${state}`, help });
  if (mode === "one" || mode === "many") {
    cannotUse(` with mode ":${mode}": it creates nothing`, "Remove the tag");
  } else if (route === null) {
    reportNoRoute({ tag: "@location", span: tag.span }, report);
  } else if (route.method !== null) {
    const status = statusTag.settle(tags.status[0] ?? null, {
      mode,
      method: route.method,
      ...answersOf(query),
    });
    if (status === 201) return;
    cannotUse(
      ` with status ${status}: only 201 says that something was created`,
      "Add @status 201",
    );
  }
}

function checkReturning(query: QueryFacts, report: Report): void {
  const [tag] = query.tags.bulk;
  if (tag === undefined || !tag.returning) return;
  const { generates, returns } = answersOf(query);
  if (generates || returns) return;
  report({
    span: tag.span,
    message: "Cannot report values: the query neither generates nor returns any",
    help: `Remove "returning", or name values with @returns`,
  });
}

/** What a write answers with besides a status. */
export function answersOf(
  { tags, params }: Pick<QueryFacts, "tags" | "params">,
): { readonly generates: boolean; readonly returns: boolean } {
  return {
    generates: params.some((param) => isGenerated(param, params)),
    returns: tags.returns.length > 0,
  };
}

/** Reports values that would be answered under one name. */
function checkNames({ tags, mode, params }: QueryFacts, report: Report): void {
  if (mode === "one" || mode === "many") return;
  const returned = tags.returns[0]?.names.map(({ text }) => text) ?? [];
  const taken = new Set(mode === "applied" ? ["applied"] : []);
  for (const param of params) {
    if (!isGenerated(param, params) && !returned.includes(param.name)) continue;
    const clientName = answerNameOf(param);
    if (taken.has(clientName)) {
      report({
        span: param.span,
        message: `Cannot answer with "${param.name}": the answer has another "${clientName}"`,
        help: param.as === null ? "Rename the marker" : 'Choose another name in "as="',
      });
    }
    taken.add(clientName);
  }
}
