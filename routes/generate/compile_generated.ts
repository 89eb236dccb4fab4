/**
 * The generated values of a query, and the buckets that are derived from them. Which there are is worked
 * out once; a query without any has nothing to do for a request.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { isGenerated } from "../../catalog/parse/generated.ts";
import type { GeneratedKind } from "../../catalog/query.ts";
import type { Codec } from "../../codec/codec.ts";
import { CLOCK_CODEC } from "../../db/prepare/prepare_params.ts";
import type { EncodedValues, PreparedParam } from "../../db/prepare/prepared_query.ts";
import type { Seed } from "./seed.ts";

export type Generator = (seed: Seed) => EncodedValues;

/** Null if the query has no generated values. */
export function compileGenerated(params: readonly PreparedParam[]): Generator | null {
  const makers = params.flatMap(({ param: { name, source }, codec }) =>
    source.in === "generated" ? [{ name, make: MAKERS[source.kind](name, codec) }] : []
  );
  const all = params.map(({ param }) => param);
  const buckets = params.flatMap(({ param, bucket }) => {
    const { name, source } = param;
    if (source.in !== "bucket" || bucket === null || !isGenerated(param, all)) return [];
    return [{ name, of: source.of, bucket }];
  });
  if (makers.length + buckets.length === 0) return null;
  return (seed) => {
    const values: Record<string, Buffer> = {};
    for (const { name, make } of makers) values[name] = make(seed);
    for (const { name, of, bucket } of buckets) {
      const bytes = bucket(values[of] ?? timeOf(seed));
      if (bytes === null) throw new TypeError(`Cannot derive "${name}": the time has no bucket`);
      values[name] = bytes;
    }
    return values;
  };
}

function timeOf({ ms }: Seed): Buffer {
  return CLOCK_CODEC.encode(CLOCK_CODEC.text.parse(new Date(ms).toISOString()));
}

type Maker = (seed: Seed) => Buffer;

/** How a value of each kind is made for a parameter. */
const MAKERS: Readonly<Record<GeneratedKind, (name: string, codec: Codec) => Maker>> = {
  uuid: (name) => (seed) => seed.uuid(name),
  timeuuid: (name) => (seed) => seed.timeuuid(name),
  now: (_, { text, encode }) => ({ ms }) => encode(text.parse(new Date(ms).toISOString())),
  date: (_, { text, encode }) => ({ ms }) =>
    encode(text.parse(new Date(ms).toISOString().slice(0, 10))),
};
