/**
 * The `@bulk` tag: the route takes many inputs in one request.
 *
 * @module
 */

import type { Span } from "../text/source.ts";
import type { QueryTag } from "./tag.ts";
import { readBare } from "./tag_line.ts";

export const bulkTag: QueryTag<{ readonly span: Span }, boolean> = {
  repeats: false,
  read: readBare,
  settle: (tag) => tag !== null,
};
