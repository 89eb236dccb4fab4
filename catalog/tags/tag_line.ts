/**
 * The words of one tag, `@page size=50 max=500`, before anyone knows what the tag means.
 *
 * @module
 */

import { readComment, readWords, type Word } from "../text/comment.ts";
import { quote } from "../text/quote.ts";
import type { Report, Span } from "../text/source.ts";
import { suggest } from "../text/suggest.ts";
import type { Token } from "../text/token.ts";

export interface TagLine {
  /** Without the `@`. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly words: readonly Word[];
  /** From the `@` to the last word. */
  readonly span: Span;
}

/** The tag of a comment; null if the comment is prose. */
export function readTagLine(comment: Token): TagLine | null {
  const [first, ...words] = readWords(readComment(comment).span);
  if (first === undefined || !first.text.startsWith("@")) return null;
  const span = { ...first.span, end: (words.at(-1) ?? first).span.end };
  return { name: first.text.slice(1), nameSpan: first.span, words, span };
}

/** Reads words of the form `key=value`; a value may be in double quotes to contain spaces. */
export function readOptions<Key extends string>(
  words: readonly Word[],
  { keys, report }: { readonly keys: readonly Key[]; readonly report: Report },
): Partial<Record<Key, Word>> {
  const options: Partial<Record<Key, Word>> = {};
  for (const word of words) {
    const [keyText = ""] = word.text.split("=", 1);
    const keySpan = { ...word.span, end: word.span.start + keyText.length };
    const key = keys.find((key) => key === keyText);
    if (key === undefined && keyText === word.text) {
      reportUnexpected(word, report);
    } else if (key === undefined) {
      report({
        span: keySpan,
        message: `Unknown key "${keyText}"`,
        help: keys.length === 0 ? "Remove it: nothing can follow here" : suggest(keyText, keys),
      });
    } else if (key in options) {
      report({ span: keySpan, message: `Duplicate key "${key}"`, help: "Keep one of them" });
    } else {
      const value = readValue(word, keyText.length + 1, report);
      if (value !== null) options[key] = value;
    }
  }
  return options;
}

/** Reports a word that no part of the tag uses. */
export function reportUnexpected(word: Word, report: Report): void {
  report({
    span: word.span,
    message: `Unexpected "${word.text}"`,
    help: "Remove it, or write it as prose on a line of its own",
  });
}

/** Reads a tag that has no words: that it is there says everything. */
export function readBare(line: TagLine, report: Report): { readonly span: Span } {
  for (const word of line.words) reportUnexpected(word, report);
  return { span: line.span };
}

function readValue(word: Word, offset: number, report: Report): Word | null {
  const text = word.text.slice(offset);
  const span = { ...word.span, start: word.span.start + offset };
  if (text === "") {
    const key = word.text.replace(/=$/, "");
    report({
      span: word.span,
      message: `Missing value of "${key}"`,
      help: `Write it right after the "=", for example "${key}=…"`,
    });
    return null;
  }
  if (/^'.*'$/.test(text)) {
    report({
      span,
      message: `Cannot use ${text} as a value: its quotes would be part of it`,
      help: `Remove the quotes; a value with spaces has double quotes around it`,
    });
    return null;
  }
  if (!text.startsWith('"')) return { text, span };
  if (text.length > 1 && text.endsWith('"')) {
    return { text: text.slice(1, -1), span };
  }
  if (text.includes('"', 1)) {
    report({
      span,
      message: `Cannot use ${quote(text)} as a value: only a part of it is in double quotes`,
      help: "Put double quotes around the whole value",
    });
    return null;
  }
  report({
    span,
    message: "Unterminated value",
    help: `Close the value with '"'`,
  });
  return null;
}
