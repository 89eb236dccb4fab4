/**
 * The names that clients use for values: two values in one place need two names.
 *
 * @module
 */

import { clientNameOf } from "../../parse/client_name.ts";
import type { Param } from "../../query.ts";
import { isSent } from "../../tags/input/sources/sent_sources.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkClientNames({ route, params, tags }: QueryFacts, report: Report): void {
  const firsts = new Map<string, Param>();
  for (const param of params) {
    const { name, source, span } = param;
    if (route === null && param.as !== null) {
      report({
        span,
        message: `Cannot name "${name}" for clients: the query has no @route`,
        help: 'Remove "as=": hand-written routes use the name of the marker',
      });
    }
    if (!isSent(source)) continue;
    const clientName = clientNameOf(param);
    // Names of headers have no case (RFC 9110, section 5.1).
    const key = `${source.in} ${source.in === "header" ? clientName.toLowerCase() : clientName}`;
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, param);
      continue;
    }
    const named = [param, first].find(({ as }) => as !== null) ?? param;
    const other = named === param ? first : param;
    report({
      span: tags.param.find((tag) => tag.name === named.name)?.span ?? span,
      message: `Cannot name "${named.name}" "${clientName}" in the ${source.in}: ` +
        `"${other.name}" has that name`,
      help: 'Choose another name in "as="',
    });
  }
}
