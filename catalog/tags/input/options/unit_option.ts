/**
 * `unit=us`: what the integer that a bucket is derived from counts, since 1970. The other types of
 * instants have a unit of their own.
 *
 * @module
 */

import { type EpochUnit, readEpochUnit } from "../../parts/bucket_number.ts";
import { SENT } from "../sources/sent_sources.ts";
import { type ParamOption, UNCHECKED } from "./param_option.ts";

export const unitOption: ParamOption<EpochUnit> = {
  read: readEpochUnit,
  sources: ["bucket"],
  elsewhere: Object.fromEntries(
    SENT.map((name) => [name, "Remove it: write it where the bucket is derived"]),
  ),
  check: UNCHECKED,
};
