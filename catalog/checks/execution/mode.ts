/**
 * The mode of the header against the statement: reads answer with rows, writes do not, and a condition
 * answers whether it held.
 *
 * @module
 */

import type { Verb } from "../../statement/statement.ts";
import type { Mode } from "../../tags/parts/mode.ts";
import type { Report } from "../../text/source.ts";
import { nameOfVerb, type QueryFacts } from "../rule.ts";

export function checkMode({ header, mode, verb, conditional }: QueryFacts, report: Report): void {
  if (header === null || mode === null || verb === null) return;
  const [fitting, help] = fittingModes(verb, conditional);
  if (fitting.includes(mode)) return;
  const what = conditional ? `${nameOfVerb(verb)} with IF` : nameOfVerb(verb);
  report({ span: header.modeSpan, message: `Mode ":${mode}" does not fit ${what}`, help });
}

function fittingModes(verb: Verb, conditional: boolean): [readonly Mode[], string] {
  if (verb === "select") {
    return [["one", "many"], `Use ":one" for a single row, ":many" for any number of them`];
  }
  return conditional
    ? [["applied"], `Use ":applied": the answer says whether the condition held`]
    : [["exec"], `Use ":exec": without IF a write has no answer`];
}
