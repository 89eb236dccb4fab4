/**
 * What a file requires of tokens against its public queries, whose callers have none.
 *
 * @module
 */

import { boundRequirements, optOutName } from "../../parse/opt_outs.ts";
import { requirementText } from "../../tags/policy/require_tag.ts";
import { type FileFacts, type FileReport, helpToOptOut } from "./file_rule.ts";

export function checkOpenQueries(facts: FileFacts, report: FileReport): void {
  for (const query of facts.queries) {
    const [open] = query.own.public;
    const [first] = boundRequirements(query.own, facts);
    if (open === undefined || first === undefined) continue;
    report({
      span: open.span,
      message: `Cannot use @public: the file requires ${requirementText(first)}`,
      help: `Remove the tag, ${helpToOptOut({ name: optOutName(first) })}`,
    }, query);
  }
}
