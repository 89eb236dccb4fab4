/**
 * `list` and `set`.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from "../json/characters.ts";
import type { Json } from "../json/json.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import { addKey } from "../json/seen_keys.ts";
import { type Order, quote } from "../parts/distinct.ts";
import { type DecodePlace, type Format, isFull, refuse } from "../parts/format.ts";
import { memberMeasure } from "../parts/measure.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  COUNT_BYTES,
  decodeMember,
  decodeMemberSteps,
  encodeEach,
  frameCounted,
  frameFixed,
  isDecodedAtOnce,
  memberLength,
  readElements,
  refuseMember,
  sortKeyOfEach,
  withCount,
  writeMember,
} from "../parts/members.ts";
import { inOrder, SortKeys } from "../parts/sort_by_key.ts";
import { keyOfMembers } from "../parts/sort_key.ts";
import type { Steps } from "../../runtime/steps.ts";

/** The members of a set, as they were sent. */
export interface Elements {
  /** What they were read to. */
  readonly values: readonly unknown[];
  readonly bytes: readonly Buffer[];
  readonly sortKeys: SortKeys;
}

/** An array. Values are the array of its elements' values. */
export function list(of: Format): Format<unknown[]> {
  const description = `An array of \`${of.cql}\``;
  return composite({
    ...COMPOSITE_TRAITS,
    cql: `list<${of.cql}>`,
    output: { type: "array", items: of.output, description, example: [of.output.example] },
    input: { type: "array", items: of.input, description, example: [of.input.example] },
    steps: {
      *read(json, reading) {
        if (!Array.isArray(json)) return refuse(reading.issues, "Expected an array");
        return yield* readElements(of, json, reading);
      },
      *encode(values, pace) {
        const { length } = values;
        if (of.fixed === null) {
          return yield* frameCounted(yield* encodeEach(of, values, pace), length, pace);
        }
        return withCount(
          yield* frameFixed(values, { fixed: of.fixed, head: COUNT_BYTES, pace }),
          length,
        );
      },
      *sortKey(values, pace) {
        return keyOfMembers(yield* sortKeyOfEach(of, values, pace));
      },
      decode: (bytes, place) => decodeElementSteps(of, bytes, place),
    },
    isEqualByBytes: of.isEqualByBytes,
    fixed: null,
    decode: (bytes, start) => decodeElements(of, bytes, start),
    writeJson: (bytes, start, _, out) => writeElements(of, bytes, start, out),
    measure: memberMeasure(["minItems", "maxItems"], (values) => values.length),
  });
}

/** An array in the order of Cassandra. Values are its elements as they were sent. */
export function set(of: Format, { isKept }: Order): Format<Elements> {
  const description = `An array of distinct \`${of.cql}\``;
  return composite({
    ...COMPOSITE_TRAITS,
    cql: `set<${of.cql}>`,
    output: {
      type: "array",
      uniqueItems: true,
      items: of.output,
      description,
      example: [of.output.example],
    },
    input: {
      type: "array",
      uniqueItems: true,
      items: of.input,
      description,
      example: [of.input.example],
    },
    steps: {
      *read(json, reading) {
        const { issues, pace } = reading;
        if (!Array.isArray(json)) return refuse(issues, "Expected an array");
        const before = issues.length;
        const values = yield* readElements(of, json, reading);
        if (issues.length > before) return undefined;
        const bytes = yield* encodeEach(of, values, pace);
        const sortKeys = new SortKeys();
        const seen = new Set<string>();
        for (let index = 0; index < bytes.length && !isFull(issues); index++) {
          if (pace.isDue()) yield;
          const sortKey = of.steps === null
            ? of.sortKey(values[index], bytes[index]!)
            : yield* of.steps.sortKey(values[index], pace);
          sortKeys.add(sortKey);
          if (addKey(seen, sortKey)) continue;
          const again = quote(of, bytes[index]!);
          refuseMember(issues, index, `Expected each element once, found ${again} again`);
        }
        return { values, bytes, sortKeys };
      },
      *encode({ bytes, sortKeys }, pace) {
        const order = isKept ? null : yield* sortKeys.order(pace);
        return yield* frameCounted(inOrder(bytes, order), bytes.length, pace);
      },
      *sortKey({ sortKeys }, pace) {
        return keyOfMembers(inOrder(sortKeys.keys, yield* sortKeys.order(pace)));
      },
      decode: (bytes, place) => decodeElementSteps(of, bytes, place),
    },
    isEqualByBytes: false,
    fixed: null,
    decode: (bytes, start) => decodeElements(of, bytes, start),
    writeJson: (bytes, start, _, out) => writeElements(of, bytes, start, out),
    measure: memberMeasure(["minItems", "maxItems"], ({ bytes }) => bytes.length),
  });
}

function decodeElements(of: Format, bytes: Buffer, start: number): Json[] {
  const elements: Json[] = [];
  const count = bytes.readInt32BE(start);
  let at = start + COUNT_BYTES;
  for (let index = 0; index < count; index++) {
    elements.push(decodeMember(of, bytes, at));
    at += memberLength(bytes, at);
  }
  return elements;
}

function writeElements(of: Format, bytes: Buffer, start: number, out: JsonWriter): void {
  const count = bytes.readInt32BE(start);
  let at = start + COUNT_BYTES;
  out.character(OPEN_ARRAY);
  for (let index = 0; index < count; index++) {
    if (index > 0) out.character(COMMA);
    at = writeMember(of, bytes, at, out);
  }
  out.character(CLOSE_ARRAY);
}

/** As `decodeElements()`, in steps. */
function* decodeElementSteps(
  of: Format,
  bytes: Buffer,
  { start, pace }: DecodePlace,
): Steps<Json[]> {
  const elements: Json[] = [];
  const count = bytes.readInt32BE(start);
  let at = start + COUNT_BYTES;
  for (let index = 0; index < count; index++) {
    if (pace.isDue()) yield;
    elements.push(
      isDecodedAtOnce(of, bytes.readInt32BE(at))
        ? decodeMember(of, bytes, at)
        : yield* decodeMemberSteps(of, bytes, { at, pace }),
    );
    at += memberLength(bytes, at);
  }
  return elements;
}
