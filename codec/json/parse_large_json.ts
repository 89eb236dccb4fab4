/**
 * A large JSON text → the same value as `parseJson()`, in steps. `JSON.parse` cannot pause, and a body
 * of a megabyte takes it up to a fifth of a second where numbers have to be kept exactly.
 *
 * @module
 */
import { Pace, type Steps } from "../../runtime/steps.ts";
import { assertNoDuplicateMember, DuplicateMemberError } from "./duplicate_member.ts";
import { setMember } from "./json_object.ts";
import { assertNesting, MAX_JSON_DEPTH, NestingError } from "./nesting.ts";
import { exactNumber, parseJson } from "./parse_json.ts";

/** Characters that `JSON.parse` reads in a millisecond or so. */
const SMALL = 16_384;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = { t: "true", f: "false", n: "null" } as const;
const VALUES = { true: true, false: false, null: null } as const;

/**
 * Parses a JSON text as `parseJson()` does, which small texts go to, and refuses a text that nests too
 * deeply or names a member of an object twice.
 *
 * @throws {NestingError}
 * @throws {DuplicateMemberError}
 * @throws {SyntaxError} if the text is not JSON
 */
export function* parseJsonSteps(text: string): Steps<unknown> {
  if (text.length <= SMALL) {
    assertNesting(text);
    const small = parseJson(text);
    assertNoDuplicateMember(text, small);
    return small;
  }
  yield;
  const value = yield* new Parser(text).parse();
  if (value !== undefined) return value;
  yield;
  // It reports what is wrong, and where.
  return parseJson(text);
}

/** An array or object whose end is still to come. */
type Open =
  | { readonly array: unknown[] }
  | { readonly object: Record<string, unknown>; key: string };

/** Reads one text. Returns undefined if it is not JSON; throws if it nests too deeply or repeats a member. */
class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  *parse(): Steps<unknown> {
    const pace = new Pace();
    const open: Open[] = [];
    while (true) {
      if (pace.isDue()) yield;
      let value = this.#beginValue();
      if (value === undefined) return undefined;
      if (value instanceof Begun) {
        if (open.length === MAX_JSON_DEPTH) throw new NestingError();
        const { container, end } = value;
        if (this.#next() !== end) {
          if ("object" in container && !this.#readKey(container)) return undefined;
          open.push(container);
          continue;
        }
        this.#at++;
        value = "array" in container ? container.array : container.object;
      }
      // The value may be the last of its container, and that of the next.
      while (true) {
        const container = open.at(-1);
        const next = this.#next();
        if (container === undefined) return next === "" ? value : undefined;
        if ("object" in container && Object.hasOwn(container.object, container.key)) {
          throw new DuplicateMemberError(open.map(keyOf));
        }
        add(container, value);
        this.#at++;
        if (next === ",") {
          if ("object" in container && !this.#readKey(container)) return undefined;
          break;
        }
        if (next !== ("array" in container ? "]" : "}")) return undefined;
        value = "array" in container ? container.array : container.object;
        open.pop();
      }
    }
  }

  /** The next character that is not white space; empty at the end of the text. */
  #next(): string {
    while (true) {
      const character = this.#text.charAt(this.#at);
      if (character === "" || !" \t\n\r".includes(character)) return character;
      this.#at++;
    }
  }

  #beginValue(): unknown {
    const first = this.#next();
    switch (first) {
      case "[":
        this.#at++;
        return new Begun({ array: [] }, "]");
      case "{":
        this.#at++;
        return new Begun({ object: {}, key: "" }, "}");
      case '"':
        return this.#readString();
      case "t":
      case "f":
      case "n": {
        const word = WORDS[first];
        if (!this.#text.startsWith(word, this.#at)) return undefined;
        this.#at += word.length;
        return VALUES[word];
      }
      default:
        return this.#readNumber();
    }
  }

  #readNumber(): unknown {
    NUMBER.lastIndex = this.#at;
    const source = NUMBER.exec(this.#text)?.[0];
    if (source === undefined) return undefined;
    this.#at += source.length;
    return exactNumber(Number(source), source);
  }

  #readString(): string | undefined {
    const start = this.#at;
    let isPlain = true;
    for (let index = start + 1; index < this.#text.length; index++) {
      const code = this.#text.charCodeAt(index);
      if (code === QUOTE) {
        this.#at = index + 1;
        if (isPlain) return this.#text.slice(start + 1, index);
        return parseString(this.#text.slice(start, index + 1));
      }
      if (code === BACKSLASH) index++;
      if (code === BACKSLASH || code < SPACE) isPlain = false;
    }
    return undefined;
  }

  /** Reads a key and its colon. @returns whether they are there */
  #readKey(container: { key: string }): boolean {
    const key = this.#next() === '"' ? this.#readString() : undefined;
    if (key === undefined || this.#next() !== ":") return false;
    this.#at++;
    container.key = key;
    return true;
  }
}

/** A container whose bracket was read, and the bracket that ends it. */
class Begun {
  readonly container: Open;
  readonly end: "]" | "}";

  constructor(container: Open, end: "]" | "}") {
    this.container = container;
    this.end = end;
  }
}

/** The name or index of the member that is being read. */
function keyOf(container: Open): string | number {
  return "array" in container ? container.array.length : container.key;
}

function add(container: Open, value: unknown): void {
  if ("array" in container) container.array.push(value);
  else setMember(container.object, container.key, value);
}

function parseString(source: string): string | undefined {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
