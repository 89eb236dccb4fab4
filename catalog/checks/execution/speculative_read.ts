/**
 * `@speculative` against the rest of the query: what is sent to two nodes may be carried out twice, so it has to be a
 * read that leaves nothing behind and costs little; and there has to be time for the second attempt.
 *
 * @module
 */

import { isSerial } from "../../tags/execution/consistency_tag.ts";
import type { Report } from "../../text/source.ts";
import { nameOfVerb, type QueryFacts } from "../rule.ts";

export function checkSpeculativeRead(
  { tags, verb, conditional }: QueryFacts,
  report: Report,
): void {
  const [tag] = tags.speculative;
  if (tag === undefined || verb === null) return;
  const { span, afterMs } = tag;
  if (verb !== "select") {
    const what = conditional ? "a lightweight transaction" : nameOfVerb(verb);
    report({
      span,
      message: `Cannot use @speculative with ${what}: it could be carried out twice`,
      help: "Remove it: only reads can be sent to two nodes",
    });
    return;
  }
  const level = tags.consistency[0]?.level;
  if (isSerial(level)) {
    report({
      span,
      message:
        `Cannot use @speculative at consistency level "${level}": it completes what others write`,
      help: "Remove it, or read at another level: two such reads contend",
    });
  }
  if (tags.scan.length > 0) {
    report({
      span,
      message: "Cannot use @speculative with @scan: a second scan costs as much as the first",
      help: "Remove it",
    });
  }
  const timeoutMs = tags.timeout[0]?.timeoutMs ?? null;
  if (afterMs !== null && timeoutMs !== null && afterMs >= timeoutMs) {
    report({
      span,
      message:
        `Cannot send a second attempt after ${afterMs} ms: "@timeout" ends the query after ${timeoutMs} ms`,
      help: "Make it shorter than the timeout, such as twice the usual time of the query",
    });
  }
}
