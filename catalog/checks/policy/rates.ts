/**
 * `@rate` against the rest of the query: it is about a route, a public route has no token to count by, and
 * no two lines limit the same thing.
 *
 * @module
 */

import { defaultPartition, nameOfRate, tokenPartOf } from "../../tags/parts/rate_name.ts";
import { placeOf } from "../../text/diagnose.ts";
import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

export function checkRates(facts: QueryFacts, report: Report): void {
  const [first] = facts.own.rate;
  if (first !== undefined && facts.route === null) {
    reportNoRoute({
      tag: "@rate",
      span: first.span,
      help: "Add an @route, or remove the tag: hand-written routes have rates of their own",
    }, report);
    return;
  }
  checkNames(facts, report);
  checkTokenParts(facts, report);
}

function checkNames({ own, tags }: QueryFacts, report: Report): void {
  const firsts = new Map<string, string>();
  for (const rate of own.rate) {
    const per = rate.per ?? defaultPartition({ isPublic: tags.public.length > 0 });
    const name = nameOfRate({ ...rate, per });
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, placeOf(rate.span));
      continue;
    }
    report({
      span: rate.span,
      message: `Duplicate @rate of ${name}`,
      help: `Keep one of them; the first is at ${first}`,
    });
  }
}

/** Callers of a public query have no token. */
function checkTokenParts({ own, tags }: QueryFacts, report: Report): void {
  const [open] = tags.public;
  if (open === undefined) return;
  for (const rate of tags.rate) {
    const part = tokenPartOf(rate);
    if (part === null) continue;
    const isOwn = own.rate.includes(rate);
    report({
      span: isOwn ? rate.span : open.span,
      message: isOwn
        ? `Cannot use ${part} for a public query: its callers have no token`
        : `Cannot use @public: the file has an @rate with ${part}, which needs a token`,
      help: isOwn
        ? "Count by per=address, per=route or per=everybody, without a limit from a claim"
        : 'Give the query an @rate of its own, such as "@rate 10/s per=address"',
    });
  }
}
