/**
 * `@consistency` against the statement: some levels only read, some only write, and only lightweight
 * transactions have a serial phase.
 *
 * @module
 */

import { isSerial } from "../../tags/execution/consistency_tag.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkConsistencyLevel(
  { tags, verb, conditional }: QueryFacts,
  report: Report,
): void {
  const [tag] = tags.consistency;
  if (tag === undefined || verb === null) return;
  const { level, levelSpan, serialSpan } = tag;
  if (verb === "select" && level === "ANY") {
    report({
      span: levelSpan,
      message: `Cannot read at consistency level "ANY"`,
      help: `Use "ONE" or "LOCAL_ONE", the weakest levels that read`,
    });
  }
  if (verb !== "select" && isSerial(level)) {
    report({
      span: levelSpan,
      message: `Cannot write at consistency level "${level}"`,
      help: conditional
        ? `Make it the serial level: "@consistency LOCAL_QUORUM serial=${level}"`
        : `Use another level: only reads and lightweight transactions can be serial`,
    });
  }
  if (!conditional && serialSpan !== null) {
    report({
      span: serialSpan,
      message: `Cannot use "serial": the statement has no IF`,
      help: "Remove it: only lightweight transactions have a serial phase",
    });
  }
}
