/**
 * The reference of types for the documentation, made from the codecs' own descriptions.
 *
 * @module
 */
import type { BucketUnit } from "../catalog/query.ts";
import type { BucketFormFactory } from "./buckets/bucket_form.ts";
import { DEFAULT_NUMBER } from "./buckets/bucket_number.ts";
import type { Codec, CqlType } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import type { InstantReaderFactory } from "./parts/format.ts";
import { type PrimitiveKind, primitives } from "./primitives.ts";

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

/** A Markdown table of every CQL type: how it looks in a response and in a request, with an example. */
export function typeReference(): string {
  return table(["CQL type", "In a response", "In a request", "Example"], ({ input, output }) => {
    const [out, into] = [output.meta(), input.meta()];
    const same = out?.description === into?.description;
    return [
      String(out?.description),
      same ? "the same" : String(into?.description),
      `\`${JSON.stringify(out?.example)}\``,
    ];
  });
}

/** A Markdown table of every CQL type: what tags can do with it. */
export function typeUses(): string {
  const header = [
    "CQL type",
    "`min=` and `max=` bound",
    "`@etag`",
    "`bucket:` from",
    "`bucket:` into",
  ];
  return table(header, ({ measure, isTag, instantOf, bucketBy }) => [
    measure === null ? NO : measure.counts === null ? "its value" : `${measure.counts}s`,
    isTag ? YES : NO,
    instantOf === null ? NO : originsOf(instantOf),
    bucketBy === null ? NO : unitsOf(bucketBy),
  ]);
}

const [YES, NO] = ["yes", "–"];
const UNITS: readonly BucketUnit[] = ["hour", "day", "week", "month", "year"];

function originsOf(instantOf: InstantReaderFactory): string {
  return instantOf(null) === null ? "with `unit=`" : YES!;
}

function unitsOf(bucketBy: BucketFormFactory): string {
  const units = UNITS.filter((by) => bucketBy({ by, number: DEFAULT_NUMBER }) !== null);
  return units.length === UNITS.length ? YES! : units.join(", ");
}

/** A row for each type, whose first cell is the type's name. */
function table(header: readonly string[], cellsOf: (codec: Codec) => string[]): string {
  const kinds = Object.keys(primitives) as PrimitiveKind[];
  const codecs = [...kinds.map((kind): CqlType => ({ kind })), ...COMPOSITES].map(codecFor);
  const rows = codecs.map((codec) => [`\`${codec.cql}\``, ...cellsOf(codec)]);
  return [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
