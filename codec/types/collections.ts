/**
 * `list` and `set`.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from "../json/characters.ts";
import type { Json } from "../json/json.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import { addKey, type Order, quote } from "../parts/distinct.ts";
import { type DecodePlace, type Format, isFull, refuse } from "../parts/format.ts";
import { memberMeasure } from "../parts/measure.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  COUNT_BYTES,
  counted,
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
  writeMember,
} from "../parts/members.ts";
import { type Keyed, sortByKey } from "../parts/sort_by_key.ts";
import { keyOfMembers } from "../parts/sort_key.ts";
import type { Steps } from "../../runtime/steps.ts";

/** A member of a set. */
export interface Element extends Keyed {
  /** What it was read to. */
  readonly value: unknown;
  readonly bytes: Buffer;
}

/** An array. Values are the array of its elements' values. */
export function list(of: Format): Format<unknown[]> {
  const description = `An array of ${of.cql}`;
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
        return counted(
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

/** An array in the order of Cassandra. Values are the array of its elements as they were sent. */
export function set(of: Format, { isKept }: Order): Format<Element[]> {
  const description = `An array of distinct ${of.cql}`;
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
        const encoded = yield* encodeEach(of, values, pace);
        const elements: Element[] = [];
        const seen = new Set<string>();
        for (let index = 0; index < encoded.length && !isFull(issues); index++) {
          if (pace.isDue()) yield;
          const bytes = encoded[index]!;
          const sortKey = of.steps === null
            ? of.sortKey(values[index], bytes)
            : yield* of.steps.sortKey(values[index], pace);
          elements.push({ value: values[index], bytes, sortKey });
          if (addKey(seen, sortKey)) continue;
          const again = quote(of, bytes);
          refuseMember(issues, index, `Expected each element once, found ${again} again`);
        }
        return elements;
      },
      *encode(elements, pace) {
        const ordered = isKept ? elements : yield* sortByKey(elements, pace);
        return yield* frameCounted(ordered.map(({ bytes }) => bytes), elements.length, pace);
      },
      *sortKey(elements, pace) {
        const sorted = yield* sortByKey(elements, pace);
        return keyOfMembers(sorted.map(({ sortKey }) => sortKey));
      },
      decode: (bytes, place) => decodeElementSteps(of, bytes, place),
    },
    isEqualByBytes: false,
    fixed: null,
    decode: (bytes, start) => decodeElements(of, bytes, start),
    writeJson: (bytes, start, _, out) => writeElements(of, bytes, start, out),
    measure: memberMeasure(["minItems", "maxItems"], (elements) => elements.length),
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
