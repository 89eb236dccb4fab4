/**
 * The `@optional except a b absent=null` tag: every nullable column of the body may be left out, apart
 * from those that it names. Only the server knows which columns can be null.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";
import { absentOption } from "./options/absent_option.ts";

export interface OptionalTag {
  /** The markers whose values must be sent. */
  readonly except: readonly Word[];
  /** Whether what is left out is deleted; null if it stays as it is. */
  readonly absent: "null" | null;
  readonly span: Span;
}

/** What a query carries of the tag. */
export interface OptionalColumns {
  readonly except: readonly string[];
  readonly absent: "null" | null;
  readonly span: Span;
}

export const optionalTag: QueryTag<OptionalTag, OptionalColumns | null> = {
  repeats: false,
  read: readOptional,
  settle(tag) {
    return tag === null ? null : { ...tag, except: tag.except.map(({ text }) => text) };
  },
};

function readOptional({ words, span }: TagLine, report: Report): OptionalTag {
  const [first, ...others] = words;
  const isExcept = first?.text === "except";
  const rest = isExcept ? others : words;
  const end = rest.findIndex(({ text }) => text.includes("="));
  const names = rest.slice(0, end === -1 ? rest.length : end);
  const { absent } = readOptions(rest.slice(names.length), { keys: ["absent"], report });
  if (isExcept && names.length === 0) {
    report({
      span: first.span,
      message: `Missing parameter after "except"`,
      help: `Name what must be sent, for example "@optional except name"`,
    });
  }
  if (!isExcept && names.length > 0) {
    report({
      span: names[0]!.span,
      message: `Unexpected "${names[0]!.text}"`,
      help: `Write "@optional except ${names[0]!.text}" if it must be sent, or "@param ${
        names[0]!.text
      }? in body" for a single one`,
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) {
      report({
        span: name.span,
        message: `Duplicate parameter "${name.text}"`,
        help: "Keep one of them",
      });
    }
    seen.add(name.text);
  }
  return {
    except: names,
    absent: absent === undefined ? null : absentOption.read(absent, report),
    span,
  };
}
