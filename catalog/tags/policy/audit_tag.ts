/**
 * The `@audit` tag: what the query reads is put on record, as every write is.
 *
 * @module
 */

import type { Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { readBare } from "../tag_line.ts";

export interface AuditTag {
  readonly span: Span;
}

export const auditTag: QueryTag<AuditTag, boolean> = {
  repeats: false,
  about: "either",
  read: readBare,
  settle: (tag) => tag !== null,
};
