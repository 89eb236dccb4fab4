/**
 * Whether a parameter's type can name the buckets that `by=` asks for, and whether its default is a value
 * that a caller could send.
 *
 * @module
 */
import { bucketPhrase } from "../../../codec/buckets/bucket.ts";
import { bucketForm } from "../bucket_param.ts";
import { isWithinTimeuuid, timeuuidBounds } from "../facts/timeuuid_bounds.ts";
import type { ParamFacts } from "./param_facts.ts";

export function checkBucketName({ param, codecs: [codec], report }: ParamFacts): void {
  const { name, by, number, span } = param;
  if (by === null) return;
  const form = bucketForm(codec, { by, number });
  if ("message" in form) {
    report({
      span,
      message: codec.bucketBy === null
        ? `Parameter "${name}" of type "${codec.cql}" cannot name ${bucketPhrase(by)}`
        : form.message,
      help: codec.bucketBy === null ? 'Remove "by="' : form.help,
    });
    return;
  }
  const fallback = param.default === null ? null : codec.text.safeParse(param.default);
  if (!fallback?.success || form.read(fallback.data) !== null) return;
  report({
    span,
    message: `Default "${param.default}" of "${name}" is not ${bucketPhrase(by)}`,
    help: 'Write the default as a caller would write the bucket, or remove "by="',
  });
}

/** A default for `minTimeuuid()` that no `timeuuid` can hold would leave out rows. */
export function checkTimeuuidDefault({ query, param, codecs: [codec], report }: ParamFacts): void {
  const fallback = param.default === null ? null : codec.text.safeParse(param.default);
  if (!fallback?.success || !timeuuidBounds(query.parsed).has(param.name)) return;
  if (isWithinTimeuuid(codec.encode(fallback.data), codec)) return;
  report({
    span: param.span,
    message: `Default "${param.default}" of "${param.name}" is a time that no "timeuuid" holds`,
    help: "Choose a default from 1582-10-15 to 5236-03-31",
  });
}
