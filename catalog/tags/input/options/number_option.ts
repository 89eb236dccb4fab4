/**
 * `number=count`: how an integer names a time bucket, together with `by=`.
 *
 * @module
 */

import { type BucketNumber, readBucketNumber } from "../../parts/bucket_number.ts";
import { byOption } from "./by_option.ts";
import type { ParamOption } from "./param_option.ts";

export const numberOption: ParamOption<BucketNumber> = {
  read: readBucketNumber,
  sources: byOption.sources,
  elsewhere: byOption.elsewhere,
  check(word, { words, source }, report) {
    // A derived bucket without a width is reported by itself.
    if (words.by !== undefined || source?.in === "bucket") return;
    report({
      span: word.span,
      message: 'Cannot use "number" without "by": it says how a bucket is numbered',
      help: 'Add the width of the bucket, for example "by=day", or remove it',
    });
  },
};
