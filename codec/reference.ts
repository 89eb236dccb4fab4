/**
 * The reference of types for the documentation, made of what the codecs say of themselves.
 *
 * @module
 */
import type { Codec, CqlType } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import { primitives } from "./primitives.ts";

const INT: CqlType = { kind: "int" };
const TEXT: CqlType = { kind: "text" };

/** One of each kind that is made of others. */
const COMPOSITES: readonly CqlType[] = [
  { kind: "list", of: INT },
  { kind: "set", of: TEXT },
  { kind: "map", key: TEXT, value: INT },
  { kind: "tuple", of: [TEXT, INT] },
  {
    kind: "udt",
    name: "place",
    fields: [{ name: "city", type: TEXT }, { name: "zip", type: INT }],
  },
  { kind: "vector", of: { kind: "float" }, dimension: 3 },
];

/** A Markdown table of every CQL type: what it is in a response, in a request, and an example. */
export function typeReference(): string {
  const kinds = Object.keys(primitives) as (keyof typeof primitives)[];
  const codecs = [...kinds.map((kind): CqlType => ({ kind })), ...COMPOSITES].map(codecFor);
  const rows = [["CQL type", "In a response", "In a request", "Example"], [
    "---",
    "---",
    "---",
    "---",
  ]];
  return [...rows, ...codecs.map(row)].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function row({ cql, output, input }: Codec): string[] {
  const out = output.meta();
  const into = input.meta();
  const same = out?.description === into?.description;
  return [
    `\`${cql}\``,
    String(out?.description),
    same ? "the same" : String(into?.description),
    `\`${JSON.stringify(out?.example)}\``,
  ];
}
