/**
 * The `@rate` tags of a file by themselves: two of them do not limit the same.
 *
 * @module
 */

import { defaultPartition, nameOfRate } from "../../tags/parts/rate_name.ts";
import type { RateTag } from "../../tags/policy/rate_tag.ts";
import { placeOf } from "../../text/diagnose.ts";
import type { FileFacts, FileReport } from "./file_rule.ts";

export function checkFileRates({ tags }: FileFacts, report: FileReport): void {
  for (const [index, rate] of tags.rate.entries()) {
    const first = tags.rate.slice(0, index).find((other) => limitsSame(other, rate));
    if (first === undefined) continue;
    report({
      span: rate.span,
      message: "Duplicate @rate: another one limits the same for the same callers",
      help: `Keep one of them; the first is at ${placeOf(first.span)}`,
    }, null);
  }
}

/** In some query of the file: whose callers share a rate that does not say depends on the query. */
function limitsSame(one: RateTag, other: RateTag): boolean {
  return [true, false].some((isPublic) => {
    const nameOf = (rate: RateTag) =>
      nameOfRate({ ...rate, per: rate.per ?? defaultPartition({ isPublic }) });
    return nameOf(one) === nameOf(other);
  });
}
