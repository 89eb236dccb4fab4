/**
 * `vector`: an array with a fixed number of elements.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from "../json/characters.ts";
import type { Json } from "../json/json.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import { type Fixed, type Format, refuse, type Schema } from "../parts/format.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  decodeSteps,
  encodeEach,
  readElements,
  sortKeyOfEach,
} from "../parts/members.ts";
import { keyOfMembers } from "../parts/sort_key.ts";
import { decodeVint, encodeVint, vintLength } from "../parts/vint.ts";
import type { Pace, Steps } from "../../runtime/steps.ts";

/**
 * An array of `dimension` elements, none of them null. Elements of a fixed length stand one after
 * another, others each after their length as an unsigned vint (Cassandra's `VectorType`).
 */
export function vector(of: Format, dimension: number): Format<unknown[]> {
  const schema = (side: "output" | "input"): Schema => ({
    type: "array",
    items: of[side],
    // Both bounds would make a generated client's type a tuple of that many members, which no plain array fits.
    minItems: dimension,
    description: `An array of ${dimension} \`${of.cql}\``,
    example: Array.from({ length: dimension }, () => of[side].example),
  });
  return composite({
    ...COMPOSITE_TRAITS,
    cql: `vector<${of.cql}, ${dimension}>`,
    output: schema("output"),
    input: schema("input"),
    steps: {
      *read(json, reading) {
        if (!Array.isArray(json) || json.length !== dimension) {
          return refuse(reading.issues, `Expected an array of ${dimension} elements`);
        }
        return yield* readElements(of, json, reading);
      },
      *encode(values, pace) {
        if (of.fixed !== null) return yield* encodeFixed(of.fixed, values, pace);
        const bytes = yield* encodeEach(of, values, pace);
        return Buffer.concat(bytes.flatMap((each) => [encodeVint(BigInt(each.length)), each]));
      },
      *sortKey(values, pace) {
        return keyOfMembers(yield* sortKeyOfEach(of, values, pace));
      },
      *decode(bytes, { start, pace }) {
        const elements: Json[] = [];
        let at = start;
        for (let index = 0; index < dimension; index++) {
          if (pace.isDue()) yield;
          const element = elementAt(of, bytes, at);
          elements.push(yield* decodeSteps(of, bytes, { ...element, pace }));
          at = element.end;
        }
        return elements;
      },
    },
    isEqualByBytes: of.isEqualByBytes,
    fixed: of.fixed === null ? null : fixedVector(of.fixed, dimension),
    decode: of.fixed === null
      ? (bytes, start) => decodeVariable(of, dimension, { bytes, start })
      : (bytes, start) => decodeFixed(of, dimension, { bytes, start }),
    writeJson: of.fixed === null
      ? (bytes, start, _, out) => writeVariable(of, dimension, { bytes, start, out })
      : (bytes, start, _, out) => writeFixed(of, dimension, { bytes, start, out }),
    measure: null,
  });
}

function fixedVector(element: Fixed<unknown>, dimension: number): Fixed<unknown[]> {
  const { length } = element;
  return {
    length: length * dimension,
    write(values, into, at) {
      for (let index = 0; index < dimension; index++) {
        element.write(values[index], into, at + index * length);
      }
    },
  };
}

function* encodeFixed(
  { length, write }: Fixed<unknown>,
  values: readonly unknown[],
  pace: Pace,
): Steps<Buffer> {
  const bytes = Buffer.allocUnsafe(length * values.length);
  for (const [index, value] of values.entries()) {
    if (pace.isDue()) yield;
    write(value, bytes, index * length);
  }
  return bytes;
}

interface Place {
  readonly bytes: Buffer;
  readonly start: number;
}

function decodeFixed(of: Format, dimension: number, { bytes, start }: Place): Json[] {
  const { length } = of.fixed!;
  const elements: Json[] = [];
  for (let index = 0, at = start; index < dimension; index++, at += length) {
    elements.push(of.decode(bytes, at, at + length));
  }
  return elements;
}

function decodeVariable(of: Format, dimension: number, { bytes, start }: Place): Json[] {
  const elements: Json[] = [];
  let at = start;
  for (let index = 0; index < dimension; index++) {
    const element = elementAt(of, bytes, at);
    elements.push(of.decode(bytes, element.start, element.end));
    at = element.end;
  }
  return elements;
}

interface Copying extends Place {
  readonly out: JsonWriter;
}

function writeFixed(of: Format, dimension: number, { bytes, start, out }: Copying): void {
  const { length } = of.fixed!;
  for (let index = 0, at = start; index < dimension; index++, at += length) {
    out.character(index === 0 ? OPEN_ARRAY : COMMA);
    of.writeJson(bytes, at, at + length, out);
  }
  out.character(CLOSE_ARRAY);
}

function writeVariable(of: Format, dimension: number, { bytes, start, out }: Copying): void {
  let at = start;
  for (let index = 0; index < dimension; index++) {
    const element = elementAt(of, bytes, at);
    out.character(index === 0 ? OPEN_ARRAY : COMMA);
    of.writeJson(bytes, element.start, element.end, out);
    at = element.end;
  }
  out.character(CLOSE_ARRAY);
}

/** Where the element is whose length, or whose bytes if they have a fixed length, stand at `at`. */
function elementAt(of: Format, bytes: Buffer, at: number): { start: number; end: number } {
  if (of.fixed !== null) return { start: at, end: at + of.fixed.length };
  const start = at + vintLength(bytes.readUInt8(at));
  return { start, end: start + Number(decodeVint(bytes, at)) };
}
