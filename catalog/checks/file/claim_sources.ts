/**
 * The claims of a file against its queries: a query takes such a value from the same claim, unless it opts out
 * by name.
 *
 * @module
 */

import type { FileClaim } from "../../parse/file_claims.ts";
import { boundClaims } from "../../parse/opt_outs.ts";
import { describeSource } from "../../parse/params.ts";
import type { Span } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";
import { type FileFacts, type FileReport, helpToOptOut } from "./file_rule.ts";

export function checkClaimSources(facts: FileFacts, report: FileReport): void {
  for (const query of facts.queries) {
    const bound = boundClaims(query.own, facts);
    checkOpenAccess(query, bound, report);
    for (const claim of bound) {
      for (const { span, source, help } of otherSources(query, claim)) {
        report({
          span,
          message:
            `Cannot take "${claim.name}" from ${source}: the file takes it from claim:${claim.claim}`,
          help: `${help}, ${helpToOptOut(claim)}`,
        }, query);
      }
    }
  }
}

/** Callers of a public query have no token. */
function checkOpenAccess(
  query: QueryFacts,
  bound: readonly FileClaim[],
  report: FileReport,
): void {
  const [open] = query.own.public;
  const [first] = bound;
  if (open === undefined || first === undefined) return;
  const names = bound.map(({ name }) => `"${name}"`).join(" and ");
  report({
    span: open.span,
    message: `Cannot use @public: the file takes ${names} from the caller's token`,
    help: `Remove the tag, ${helpToOptOut(first)}${
      bound.length > 1 ? ", and likewise for the others" : ""
    }`,
  }, query);
}

interface OtherSource {
  readonly span: Span;
  readonly source: string;
  readonly help: string;
}

/** Where the query takes the value from, other than another claim. */
function otherSources({ own, route }: QueryFacts, { name }: FileClaim): OtherSource[] {
  const tagged = own.param.filter((tag) => tag.name === name).flatMap(({ source, sourceSpan }) =>
    source === null || source.in === "claim"
      ? []
      : { span: sourceSpan, source: describeSource(source), help: "Remove the tag" }
  );
  const inPath = (route?.path?.markers ?? []).filter(({ text }) => text === name)
    .map(({ span }) => ({ span, source: "the path", help: `Remove "{${name}}" from the path` }));
  const walked = own.walk.flatMap(({ bucket }) =>
    bucket?.text === name
      ? { span: bucket.span, source: "@walk", help: "Walk along another marker" }
      : []
  );
  return [...tagged, ...inPath, ...walked];
}
