/**
 * Finds objects that name a member twice. A parser keeps one of the two, and which one is up to the
 * parser (RFC 8259, section 4), so two readers of one text may disagree.
 *
 * @module
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The structural characters, and the quote that begins a string. */
const STRUCTURE = /[{}[\]:,"]/g;

/**
 * The first name that an object has twice, at any depth, or null. `"a"` and `"\u0061"` are the same
 * name. Takes linear time.
 *
 * @param text JSON that `JSON.parse` accepts
 */
export function findDuplicateMember(text: string): string | null {
  // The names in each open object; null for an array.
  const open: (Set<string> | null)[] = [];
  // The names of the current object if a name comes next; null if a value does.
  let names: Set<string> | null = null;
  const structure = new RegExp(STRUCTURE);
  for (let match = structure.exec(text); match !== null; match = structure.exec(text)) {
    switch (match[0]) {
      case "{":
      case "[":
        open.push(names = match[0] === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        names = null;
        break;
      case ",":
        names = open.at(-1) ?? null;
        break;
      case ":":
        names = null;
        break;
      default: {
        structure.lastIndex = endOfString(text, match.index);
        if (names === null) break;
        const name: string = JSON.parse(text.slice(match.index, structure.lastIndex));
        if (names.has(name)) return name;
        names.add(name);
      }
    }
  }
  return null;
}

/** The index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index + 1;
}
