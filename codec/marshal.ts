/**
 * Reads the class names by which Cassandra tells the types that the native protocol has no code
 * for: `org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)`.
 * The grammar follows Cassandra's `TypeParser`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { CqlType } from "./codec.ts";
import { KINDS_BY_CLASS } from "./primitives.ts";

const PACKAGE = "org.apache.cassandra.db.marshal.";

/** A class name and its arguments, or a number, as it stands in the text. */
interface Node {
  readonly name: string;
  /** What stands before the colon: the name of a field, in hexadecimal. */
  readonly label: string | undefined;
  readonly args: readonly Node[];
}

/** The type of a class name. A name that is unknown or malformed gives the kind `unknown`. */
export function parseMarshalType(className: string): CqlType {
  const tokens = className.match(/[(),:]|[^\s(),:]+/g) ?? [];
  const node = parseNode(tokens);
  return node && tokens.length === 0 ? toType(node) : { kind: "unknown", name: className };
}

/** Takes one node off the front of the tokens. */
function parseNode(tokens: string[]): Node | undefined {
  let name = tokens.shift();
  let label: string | undefined;
  if (tokens[0] === ":") {
    tokens.shift();
    label = name;
    name = tokens.shift();
  }
  if (name === undefined || /^[(),:]$/.test(name)) return undefined;
  const args: Node[] = [];
  if (tokens[0] !== "(") return { name, label, args };
  let separator: string | undefined;
  do {
    tokens.shift();
    const argument = parseNode(tokens);
    if (!argument) return undefined;
    args.push(argument);
    separator = tokens[0];
  } while (separator === ",");
  return tokens.shift() === ")" ? { name, label, args } : undefined;
}

function toType(node: Node): CqlType {
  const name = node.name.startsWith(PACKAGE) ? node.name.slice(PACKAGE.length) : node.name;
  const [first, second] = node.args;
  const primitive = KINDS_BY_CLASS.get(name);
  if (primitive && !first) return { kind: primitive };
  const count = node.args.length;
  if ((name === "FrozenType" || name === "ReversedType") && first && count === 1) {
    return toType(first);
  }
  if (name === "ListType" && first && count === 1) return { kind: "list", of: toType(first) };
  if (name === "SetType" && first && count === 1) return { kind: "set", of: toType(first) };
  if (name === "MapType" && first && second && count === 2) {
    return { kind: "map", key: toType(first), value: toType(second) };
  }
  if (name === "TupleType" && first) return { kind: "tuple", of: node.args.map(toType) };
  if (name === "VectorType" && first && second && /^[1-9]\d*$/.test(second.name) && count === 2) {
    return { kind: "vector", of: toType(first), dimension: Number(second.name) };
  }
  if (name === "UserType" && first && second) {
    const fields = node.args.slice(2).map((field) => ({
      name: fromHex(field.label ?? ""),
      type: toType(field),
    }));
    return { kind: "udt", name: fromHex(second.name), fields };
  }
  return { kind: "unknown", name: node.name };
}

function fromHex(hex: string): string {
  return Buffer.from(hex, "hex").toString("utf8");
}
