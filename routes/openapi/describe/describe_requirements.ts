/**
 * The requirements of a query on claims, in the words of its OpenAPI description.
 *
 * @module
 */
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import type { Query } from "../../../catalog/query.ts";
import { comparandText } from "../../../catalog/tags/policy/require_tag.ts";
import { COMPARISON_VERBS } from "../../input/claims/requirements.ts";

/** The prose of a query, and a sentence for each of its requirements. */
export function describeWithRequirements({ description, requirements, params }: Query): string {
  const sentences = requirements.map(({ claim, comparison, comparand }) => {
    const param = comparand.kind === "literal"
      ? undefined
      : params.find(({ name }) => name === comparand.name);
    const what = param === undefined ? comparandText(comparand) : clientNameOf(param);
    return `The token's claim \`${claim}\` must ${COMPARISON_VERBS[comparison]} \`${what}\`.`;
  });
  return [description, sentences.join(" ")].filter((part) => part !== "").join("\n\n");
}
