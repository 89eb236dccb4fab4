/**
 * The `@public` tag: anyone may call the query, without a token.
 *
 * @module
 */

import type { Span } from "../../text/source.ts";
import type { Tag } from "../tag.ts";
import { readBare } from "../tag_line.ts";

export const publicTag: Tag<{ readonly span: Span }> = { repeats: false, read: readBare };
