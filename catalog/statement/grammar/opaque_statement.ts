/**
 * A statement that could not be read: what its tokens alone say.
 *
 * @module
 */

import { isKeyword, isOperator, nameOf, type Token } from "../../text/token.ts";
import type { Obstacle, OpaqueStatement, Verb } from "../statement.ts";
import type { BindMarker } from "../term.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  SELECT: "select",
  INSERT: "insert",
  UPDATE: "update",
  DELETE: "delete",
  BEGIN: "batch",
};

export function opaqueStatement(
  tokens: readonly [Token, ...Token[]],
  obstacle: Obstacle,
): OpaqueStatement {
  const [first] = tokens;
  const last = tokens.at(-1) ?? first;
  const keyword = Object.keys(VERBS).find((each) => isKeyword(first, each));
  return {
    kind: "opaque",
    verb: keyword === undefined ? null : VERBS[keyword]!,
    conditional: tokens.some((token) => isKeyword(token, "IF")),
    batchType: batchTypeOf(tokens),
    markers: markersOf(tokens),
    obstacle,
    span: { ...first.span, end: last.span.end },
  };
}

function batchTypeOf([first, second]: readonly Token[]): OpaqueStatement["batchType"] {
  if (!isKeyword(first, "BEGIN")) return null;
  if (isKeyword(second, "BATCH")) return "logged";
  if (isKeyword(second, "UNLOGGED")) return "unlogged";
  return isKeyword(second, "COUNTER") ? "counter" : null;
}

/** Every question mark, and every colon before a name that separates no entry of a map. */
function markersOf(tokens: readonly Token[]): BindMarker[] {
  const markers: BindMarker[] = [];
  const brackets = new Brackets();
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    const name = nameOf(next);
    if (isOperator(token, "?")) {
      markers.push({ kind: "marker", name: null, written: null, span: token.span });
    } else if (isOperator(token, ":") && name !== null && !brackets.nextSeparates) {
      const span = { ...token.span, end: next!.span.end };
      markers.push({ kind: "marker", name, written: next!.text, span });
    }
    brackets.advance(token);
  }
  return markers;
}

/**
 * Tells the colon of a map, `{'key': value}`, from the colon of a marker: inside braces the first colon
 * after the beginning of an entry separates.
 */
class Brackets {
  readonly #open: { readonly braces: boolean; separated: boolean; begun: boolean }[] = [];

  get nextSeparates(): boolean {
    const innermost = this.#open.at(-1);
    return innermost !== undefined && innermost.braces && innermost.begun && !innermost.separated;
  }

  advance({ kind, text }: Token): void {
    const separates = text === ":" && this.nextSeparates;
    if (kind === "operator" && "}])".includes(text)) this.#open.pop();
    const innermost = this.#open.at(-1);
    if (innermost !== undefined) {
      innermost.begun = text !== ",";
      innermost.separated = text !== "," && (innermost.separated || separates);
    }
    if (kind === "operator" && ("{[(".includes(text) || text === "expr(")) {
      this.#open.push({ braces: text === "{", separated: false, begun: false });
    }
  }
}
