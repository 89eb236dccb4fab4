/**
 * `in bucket:observed_at by=month`: the time bucket that another parameter falls into. `bucket:now` is the
 * bucket of the request's own time.
 *
 * @module
 */

import type { SourceKind } from "./source_kind.ts";

/** The name that stands for the time of the request, unless a marker has this name. */
export const CLOCK = "now";

export const bucketSource: SourceKind<{ readonly in: "bucket"; readonly of: string }> = {
  key: { what: "parameter", example: "bucket:observed_at" },
  read: (key) => ({ in: "bucket", of: key.text }),
  phrase: "a bucket",
  withoutOption: "Remove it: the value never comes from the caller",
  required: "a bucket is always derived",
};
