/**
 * `by=month`: the unit of a time bucket. With `in bucket:…` it says how wide the derived bucket is; on
 * another parameter, that the value must be the name of such a bucket, as `2010-01` is for `month`.
 *
 * @module
 */

import { type BucketUnit, readUnit } from "../../parts/bucket_unit.ts";
import { type ParamOption, UNCHECKED } from "./param_option.ts";

const TAKE_FROM = "Remove it, or take the value from the path, the query or the body";

export const byOption: ParamOption<BucketUnit> = {
  read: readUnit,
  sources: ["path", "query", "body", "bucket"],
  elsewhere: { header: TAKE_FROM, claim: TAKE_FROM },
  check: UNCHECKED,
};
