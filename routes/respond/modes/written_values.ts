/**
 * The stored values that a write tells its caller: those that the service made, and those that `@returns`
 * names.
 *
 * @module
 */
import { answerNameOf } from "../../../catalog/parse/client_name.ts";
import { isGenerated } from "../../../catalog/parse/generated.ts";
import type { Param } from "../../../catalog/query.ts";
import type { Json } from "../../../codec/codec.ts";
import type {
  EncodedValues,
  PreparedParam,
  PreparedQuery,
} from "../../../db/prepare/prepared_query.ts";

export type WrittenValues = Readonly<Record<string, Json>>;

type AnsweredFacts = Pick<PreparedQuery, "query" | "params">;

/** The parameters whose values are answered, in their order. */
export function answeredParams({ query, params }: AnsweredFacts): PreparedParam[] {
  return params.filter(({ param }) =>
    isGenerated(param, query.params) || query.returns.includes(param.name)
  );
}

/** Whether the answer to a query has content; a write may have only a status to tell. */
export function hasContent(prepared: AnsweredFacts): boolean {
  const { mode, status } = prepared.query;
  switch (mode) {
    case "one":
    case "many":
      return true;
    case "exec":
      return status !== 204 && answeredParams(prepared).length > 0;
    case "applied":
      return status !== 204;
  }
}

/**
 * Reads the values for an answer; null if the query tells none.
 *
 * @param nameOf the name of a value in it
 */
export function compileWritten(
  prepared: AnsweredFacts & Pick<PreparedQuery, "show">,
  nameOf: (param: Param) => string = answerNameOf,
): ((values: EncodedValues) => WrittenValues) | null {
  const answered = answeredParams(prepared);
  if (answered.length === 0) return null;
  return (values) =>
    Object.fromEntries(answered.flatMap(({ param, codec, mask }) => {
      const bytes = values[param.name];
      if (bytes === undefined) return [];
      const value = bytes === null ? null : codec.decode(bytes, 0, bytes.length);
      return [[nameOf(param), prepared.show(value, mask)]];
    }));
}
