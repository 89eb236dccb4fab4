/**
 * Finds objects that name a member twice. A parser keeps one of the two, and which one is up to the
 * parser (RFC 8259, section 4), so two readers of one text may disagree.
 *
 * @module
 */
import { closingQuote } from "./closing_quote.ts";
import { isJsonObject } from "./json_object.ts";
import { addKey } from "./seen_keys.ts";

const QUOTE = 0x22;
/** The structural characters, and the quote that begins a string. */
const STRUCTURE = /[{}[\]:,"]/g;
const SPACE = 0x20;

/** Where a member is: the names and indices that lead to it. */
export type MemberPath = readonly (string | number)[];

/** A text is JSON, but an object in it names a member twice. */
export class DuplicateMemberError extends SyntaxError {
  readonly path: MemberPath;

  constructor(path: MemberPath) {
    super("Cannot parse JSON: an object names a member twice");
    this.path = path;
  }
}

/**
 * Refuses a text that names a member twice. Reads it a second time only if it may have a duplicate: if it has
 * more names than its value has members.
 *
 * @param value what the text was parsed to
 * @throws {DuplicateMemberError}
 */
export function assertNoDuplicateMember(text: string, value: unknown): void {
  const names = countNames(text);
  if (names < 2 || names === countMembers(value)) return;
  const path = findDuplicateMember(text);
  if (path !== null) throw new DuplicateMemberError(path);
}

/** The quotes before a colon: one after each name. Text inside strings can have them too, escaped. */
function countNames(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(":"); colon !== -1; colon = text.indexOf(":", colon + 1)) {
    let before = colon - 1;
    // Only white space is that low in a JSON text.
    while (text.charCodeAt(before) <= SPACE) before--;
    if (text.charCodeAt(before) === QUOTE) count++;
  }
  return count;
}

/** The members of all objects in a parsed value, at any depth. */
function countMembers(value: unknown): number {
  let count = 0;
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (Array.isArray(next)) {
      for (const element of next) if (typeof element === "object") left.push(element);
    } else if (isJsonObject(next)) {
      for (const name of Object.keys(next)) {
        count++;
        const member = next[name];
        if (typeof member === "object") left.push(member);
      }
    }
  }
  return count;
}

/** An object or array whose end is still to come; `seen` is null in an array. */
interface Open {
  readonly seen: Set<string> | null;
  /** The current member or element. */
  key: string | number;
}

/**
 * The first member that an object has twice, at any depth, or null. `"a"` and `"\u0061"` are the same
 * name. Takes linear time.
 *
 * @param text JSON that `JSON.parse` accepts
 */
export function findDuplicateMember(text: string): MemberPath | null {
  const open: Open[] = [];
  let isNameNext = false;
  const structure = new RegExp(STRUCTURE);
  for (let match = structure.exec(text); match !== null; match = structure.exec(text)) {
    const container = open.at(-1);
    switch (match[0]) {
      case "{":
        open.push({ seen: new Set(), key: "" });
        isNameNext = true;
        break;
      case "[":
        open.push({ seen: null, key: 0 });
        isNameNext = false;
        break;
      case "}":
      case "]":
        open.pop();
        isNameNext = false;
        break;
      case ",":
        if (typeof container?.key === "number") container.key++;
        isNameNext = container !== undefined && container.seen !== null;
        break;
      case ":":
        isNameNext = false;
        break;
      default: {
        structure.lastIndex = closingQuote(text, match.index + 1) + 1;
        if (!isNameNext || !container?.seen) break;
        const name: string = JSON.parse(text.slice(match.index, structure.lastIndex));
        container.key = name;
        if (!addKey(container.seen, name)) return open.map(({ key }) => key);
      }
    }
  }
  return null;
}
