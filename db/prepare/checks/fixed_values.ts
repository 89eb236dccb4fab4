/**
 * Values that a tag gives to a parameter, by `default=` or `enum=`, and that Cassandra refuses or loses where the
 * parameter stands: as a key, in an index, or in the key of a view. From a caller, they would be refused.
 *
 * @module
 */
import type { Report } from "../../../catalog/text/source.ts";
import { constrainedType } from "../../../codec/constraints/constraint.ts";
import { indexExpectation } from "../../schema/indexed_vector.ts";
import { keyParamsOf } from "../facts/key_params.ts";
import { isWithin, MAX_KEY_BYTES } from "../facts/length_limit.ts";
import type { PreparedParam, PreparedQuery } from "../prepared_query.ts";

export function checkFixedValues(
  { params, partitions }: Pick<PreparedQuery, "params" | "partitions">,
  report: Report,
): void {
  const { parts, alone } = keyParamsOf({ partitions });
  for (const each of params) {
    const { param: { name, span } } = each;
    const key = { isPart: parts.includes(name), isAlone: alone.includes(name) };
    for (const { what, text } of fixedTexts(each)) {
      const expected = expectationOf(each, text, key);
      if (expected === null) continue;
      report({
        span,
        message: `${what} "${shortened(text)}" of "${name}" cannot be used: expected ${expected}`,
        help: "Choose another value",
      });
    }
  }
}

interface FixedText {
  readonly what: "Default" | "Value";
  readonly text: string;
}

/** Values of a list for the members of a collection are left to the requests that put them together. */
function fixedTexts({ param, codec }: PreparedParam): FixedText[] {
  const { default: otherwise, enum: values } = param;
  const isWhole = constrainedType(codec.type) === codec.type;
  return [
    ...otherwise === null ? [] : [{ what: "Default", text: otherwise } as const],
    ...isWhole ? (values ?? []).map((text) => ({ what: "Value", text }) as const) : [],
  ];
}

/** What a value has to be; null if it fits, or if it is not of the type, which is reported elsewhere. */
function expectationOf(
  { codec, similarity, lengthLimit }: PreparedParam,
  text: string,
  { isPart, isAlone }: { readonly isPart: boolean; readonly isAlone: boolean },
): string | null {
  const read = codec.text.safeParse(text);
  if (!read.success) return null;
  if (similarity !== null) return indexExpectation(read.data as number[], similarity);
  const bytes = codec.encode(read.data);
  if (isAlone && bytes.length === 0) return "at least one byte, as it is the key";
  if (isPart && bytes.length > MAX_KEY_BYTES) {
    return `at most ${MAX_KEY_BYTES} bytes, as it is part of the key`;
  }
  return lengthLimit === null || isWithin(bytes, lengthLimit) ? null : lengthLimit.expected;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
