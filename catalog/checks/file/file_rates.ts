/**
 * The `@rate` tags of a file by themselves: no two of them limit the same thing.
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

/** In at least one query of the file: who shares a rate without `per=` depends on whether the query is public. */
function limitsSame(one: RateTag, other: RateTag): boolean {
  return [true, false].some((isPublic) => {
    const nameOf = (rate: RateTag) =>
      nameOfRate({ ...rate, per: rate.per ?? defaultPartition({ isPublic }) });
    return nameOf(one) === nameOf(other);
  });
}
