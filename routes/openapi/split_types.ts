/**
 * Schemas that allow several types, each type by itself: a number that may be the string "NaN" is `anyOf` a number and
 * a string. Generators of Go clients refuse a document in which `type` names two of them; null beside one is no
 * second type to them.
 *
 * @module
 */
import { MINUS_ZERO } from "../../codec/json/minus_zero.ts";

type Node = Readonly<Record<string, unknown>>;

/** What holds values of clients, not schemas. */
const VALUES = new Set(["const", "default", "enum", "example", "examples"]);

/** The keywords that concern one type only; all others concern the whole. */
const OF_NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const OF_STRINGS = ["pattern", "minLength", "maxLength"];
/** The formats that say how wide a number is, and the format of a string that holds an integer as well. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  double: ["number"],
  float: ["number"],
  int64: ["integer", "string"],
};

/** The document with `anyOf` in place of each list of types. */
export function withSplitTypes<T>(document: T): T {
  return replaceIn(document, false) as T;
}

/** @param isNames whether the keys of the node are names of a project, which may be those of keywords */
function replaceIn(node: unknown, isNames: boolean): unknown {
  if (Array.isArray(node)) return node.map((each) => replaceIn(each, false));
  if (typeof node !== "object" || node === null || node === MINUS_ZERO) return node;
  const replaced = Object.fromEntries(
    Object.entries(node).map(([key, each]) => [
      key,
      VALUES.has(key) && !isNames ? each : replaceIn(each, key === "properties" && !isNames),
    ]),
  );
  return isNames ? replaced : split(replaced);
}

function split(schema: Node): Node {
  const { type, enum: members, format, ...rest } = schema;
  if (!Array.isArray(type)) return schema;
  const valuesOf = (each: string) =>
    Array.isArray(members) ? members.filter((value) => isOf(each, value)) : null;
  const possible: string[] = type.filter((each: string) => valuesOf(each)?.length !== 0);
  if (possible.filter((each) => each !== "null").length < 2) {
    return { ...schema, type: possible.length === 1 ? possible[0] : possible };
  }
  const anyOf = possible.map((each) => {
    if (each === "null") return { type: each };
    const values = valuesOf(each);
    return {
      type: each,
      ...isFormatOf(format, each) ? { format } : {},
      ...pick(rest, each === "string" ? OF_STRINGS : OF_NUMBERS),
      ...values === null ? {} : { enum: values },
    };
  });
  const ofOne = new Set([...OF_NUMBERS, ...OF_STRINGS]);
  return { anyOf, ...Object.fromEntries(Object.entries(rest).filter(([key]) => !ofOne.has(key))) };
}

function isFormatOf(format: unknown, type: string): boolean {
  return typeof format === "string" && (FORMATS[format] ?? ["string"]).includes(type);
}

/** Minus zero is an object here. */
function isOf(type: string, value: unknown): boolean {
  if (type === "null" || value === null) return type === "null" && value === null;
  if (type === "string" || typeof value === "string") {
    return type === "string" && typeof value === "string";
  }
  return type !== "integer" || Number.isInteger(value);
}

function pick(node: Node, keys: readonly string[]): Node {
  return Object.fromEntries(Object.entries(node).filter(([key]) => keys.includes(key)));
}
