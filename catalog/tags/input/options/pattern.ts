/**
 * A regular expression that means the same here and to a client that reads OpenAPI. It is matched in
 * linear time by RE2's engine, so it has no backreferences and no lookaround; OpenAPI's dialect is that
 * of ECMA-262 with its `u` flag. What both take and read differently is translated or refused.
 *
 * @module
 */

import { RE2JS } from "re2js";

export interface Pattern {
  /** As OpenAPI says it: anchored at both ends. */
  readonly source: string;
  /** The instructions of its program: what one character costs at worst. */
  readonly size: number;
  /** Whether it matches the text from end to end. */
  matches(text: string): boolean;
}

export interface PatternMistake {
  readonly state: string;
  readonly help: string;
}

/**
 * Instructions times characters: a second at the very worst, for a text crafted against the pattern. Most
 * patterns cost a hundredth of that.
 */
export const MAX_STEPS = 5_000_000;

/** Instructions of a program; the longest patterns that people write have a few hundred. */
const MAX_SIZE = 1_000;

/** Compiles the pattern of a tag, which has to match a whole text. */
export function compilePattern(text: string): Pattern | PatternMistake {
  const translated = translate(text);
  if (typeof translated !== "string") return translated;
  const source = `^(?:${text})$`;
  const foreign = mistakeOf(() => new RegExp(text, "u"));
  if (foreign !== null) return foreign;
  const own = mistakeOf(() => RE2JS.compile(translated));
  if (own !== null) return own;
  const compiled = RE2JS.compile(translated);
  const size = compiled.programSize();
  if (size > MAX_SIZE) {
    return { state: "it is too large", help: "Write smaller numbers in braces, or fewer parts" };
  }
  return { source, size, matches: (text) => compiled.testExact(text) };
}

/** What an engine says about a pattern that it cannot compile; null if it can. */
function mistakeOf(compile: () => unknown): PatternMistake | null {
  try {
    compile();
    return null;
  } catch (error) {
    const [reason = ""] = /[^:]*$/.exec((error as Error).message.replace(/: `.*$/s, "")) ?? [];
    const state = reason.trim().toLowerCase();
    return {
      state: state === "" ? "it is not a regular expression" : state,
      help: "Use what RE2 and ECMA-262 have in common: no lookaround, and no backreferences",
    };
  }
}

/** What `.` means in ECMA-262. */
const DOT = "[^\\n\\r\\x{2028}\\x{2029}]";
/** What `\s` means in ECMA-262, as members of a class. */
const SPACE =
  "\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

/** The same language in RE2's spelling. Whether the rest is sound is for the engines to say. */
function translate(text: string): string | PatternMistake {
  let isInClass = false;
  let translated = "";
  for (const [token] of text.matchAll(/\\u\{[^}]*\}|\\u[0-9A-Fa-f]{0,4}|\\.|\(\?:?|[^]/gsu)) {
    if (token.startsWith("\\u")) {
      const code = /^\\u(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))$/.exec(token);
      const hex = code?.[1] ?? code?.[2];
      if (hex === undefined || /^0*d[89a-f]..$/i.test(hex)) {
        return {
          state: `"${token}" is not a character`,
          help: 'Write it as "\\u{1F600}", or as it is',
        };
      }
      translated += `\\x{${hex}}`;
    } else if (token === "\\s") {
      translated += isInClass ? SPACE : `[${SPACE}]`;
    } else if (token === "\\S") {
      if (isInClass) {
        return { state: '"\\S" in brackets', help: "List the characters, or put it outside" };
      }
      translated += `[^${SPACE}]`;
    } else if (token.startsWith("(?") && !isInClass) {
      if (token !== "(?:") {
        return {
          state: `"${token}" is not the same everywhere`,
          help: 'Use "(" or "(?:" for a group: flags, names and lookaround are not supported',
        };
      }
      translated += token;
    } else if (token === "." && !isInClass) {
      translated += DOT;
    } else if (token === "[") {
      if (isInClass) {
        return { state: '"[" in brackets', help: 'Write it as "\\["' };
      }
      isInClass = true;
      translated += token;
    } else {
      if (token === "]") isInClass = false;
      translated += token;
    }
  }
  return translated;
}
