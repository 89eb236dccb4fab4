/**
 * The markers that `@require` compares with claims: single values that are there in every request, of types
 * whose values differ if their bytes do.
 *
 * @module
 */
import type { ParamFacts } from "./param_facts.ts";

export function checkRequiredType({ query, param, codecs: [codec], report }: ParamFacts): void {
  const requirement = query.requirements.find(({ comparand }) =>
    comparand.kind === "marker" && comparand.name === param.name
  );
  if (requirement === undefined) return;
  const cannotCompare = (state: string, help: string) =>
    report({
      span: requirement.comparandSpan,
      message: `Cannot compare a claim with ":${param.name}": ${state}`,
      help,
    });
  if (codec.category === "composite") {
    cannotCompare(`a "${codec.cql}" is not a single value`, "Compare with a marker of one value");
  } else if (!codec.isEqualByBytes) {
    cannotCompare(
      `equal values of type "${codec.cql}" may differ, as 1.0 and 1.00 do`,
      "Compare with a marker of another type",
    );
  } else if (param.optional && query.optional !== null) {
    // The catalog has reported a "?".
    cannotCompare(
      "@optional lets the caller leave it out",
      `Write "@optional except ${[...query.optional.except, param.name].join(" ")}"`,
    );
  }
}
