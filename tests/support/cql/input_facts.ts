/**
 * The facts of queries, as the server would give them, for the tests of input.
 *
 * @module
 */
import type { PrimitiveKind } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import type { BucketUnit, Param } from "../../../catalog/query.ts";
import { type BucketDerivation, deriveBucket } from "../../../db/prepare/bucket_param.ts";
import type { InputFacts } from "../../../routes/input/compile_input.ts";
import { parseOne } from "./parse_queries.ts";

export interface FactOptions {
  readonly keys?: readonly string[];
  readonly nullable?: readonly string[];
  /** What the buckets of `in bucket:` parameters are named by. */
  readonly by?: BucketUnit | null;
}

/** The facts of a query whose markers have these types, as the server would give them. */
export function factsOf(
  text: string,
  types: Readonly<Record<string, PrimitiveKind>>,
  { keys = [], nullable = [], by = null }: FactOptions = {},
): InputFacts {
  const query = parseOne(text);
  const params = query.params.map((param, position) => ({
    param,
    codec: codecFor({ kind: types[param.name]! }),
    positions: [position],
    nullable: nullable.includes(param.name),
    isTimeuuidBound: false,
    isWriteTime: false,
    similarity: null,
    lengthLimit: null,
    mask: null,
    bucket: bucketOf(param, types, by),
  }));
  const key = keys.flatMap((name) => {
    const param = params.find(({ param }) => param.name === name);
    return param === undefined ? [] : [{ column: name, isOneOf: false, sources: [{ param }] }];
  });
  return {
    query: query,
    params,
    leastWritten: [],
    jointLimits: [],
    condition: null,
    partitions: [{ table: "", columns: keys, key }],
    statement: {
      binds: params.map(({ param: { name } }) => ({ name, type: { code: 0 } })),
    },
  };
}

function bucketOf(
  { name, source }: Param,
  types: Readonly<Record<string, PrimitiveKind>>,
  by: BucketUnit | null,
): BucketDerivation | null {
  if (source.in !== "bucket" || by === null) return null;
  const [of, into] = [source.of, name].map((each) => codecFor({ kind: types[each]! }));
  return deriveBucket({
    of: of!,
    into: into!,
    spec: { by, unit: null, number: null },
  }) as BucketDerivation;
}
