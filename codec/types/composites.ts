/**
 * `tuple`, user-defined types and `vector`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Json } from "../json/json.ts";
import { isJsonObject, setMember } from "../json/json_object.ts";
import {
  type Fixed,
  type Format,
  type FormatSteps,
  identify,
  isFull,
  type Reading,
  refuse,
  type Schema,
} from "../parts/format.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  decodeMember,
  decodeMemberSteps,
  decodeSteps,
  encodeEach,
  encodeMember,
  frame,
  identifyEach,
  memberLength,
  nullable,
  readElements,
  readMember,
  refuseMember,
} from "../parts/members.ts";
import { decodeVint, encodeVint, vintLength } from "../parts/vint.ts";
import type { Pace, Steps } from "../steps.ts";

export interface Field {
  readonly name: string;
  readonly format: Format;
}

/** An array of as many members as the tuple has, each of which may be null. */
export function tuple(of: readonly Format[]): Format<unknown[]> {
  const names = of.map((member) => member.cql).join(", ");
  const schema = (side: "output" | "input"): Schema => ({
    type: "array",
    prefixItems: of.map((member) => nullable(member[side])),
    // With these bounds, "items: false" would say the same, and generators of clients fail over it.
    minItems: of.length,
    maxItems: of.length,
    description: `An array of ${names}, each of which may be null`,
    example: of.map((member) => member[side].example),
  });
  return composite({
    ...COMPOSITE_TRAITS,
    cql: `tuple<${names}>`,
    output: schema("output"),
    input: schema("input"),
    steps: {
      *read(json, reading) {
        if (!Array.isArray(json) || json.length !== of.length) {
          return refuse(reading.issues, `Expected an array of ${of.length} members`);
        }
        const values: unknown[] = [];
        for (const [key, member] of of.entries()) {
          values.push(yield* readNullable(member, json[key], { ...reading, key }));
        }
        return values;
      },
      ...memberSteps(of),
      *decode(bytes, { start, end, pace }) {
        const members: Json[] = [];
        let at = start;
        for (const member of of) {
          members.push(at < end ? yield* decodeMemberSteps(member, bytes, { at, pace }) : null);
          if (at < end) at += memberLength(bytes, at);
        }
        return members;
      },
    },
    hasIdentity: of.some(({ identity }) => identity !== null),
    fixed: null,
    decode(bytes, start, end) {
      const members: Json[] = [];
      let at = start;
      for (const member of of) {
        // Written when the type had fewer members: those that are missing are null.
        members.push(at < end ? decodeMember(member, bytes, at) : null);
        if (at < end) at += memberLength(bytes, at);
      }
      return members;
    },
    measure: null,
  });
}

/** An object. A field that is missing, or null, is null. `cql` is the type's name. */
export function udt(cql: string, fields: readonly Field[]): Format<unknown[]> {
  const known = new Set(fields.map((field) => field.name));
  const formats = fields.map(({ format }) => format);
  const expectedFields = `Expected one of the fields of ${cql}: ${[...known].join(", ")}`;
  const members = <T>(of: (format: Format) => T) =>
    Object.fromEntries(fields.map(({ name, format }) => [name, of(format)]));
  const description = `An object of the type ${cql}, each field of which may be null`;
  const schema = (side: "output" | "input"): Schema => ({
    type: "object",
    properties: members((format) => nullable(format[side])),
    ...(side === "output" ? { required: [...known] } : {}),
    additionalProperties: false,
    description,
    example: members((format) => format[side].example),
    "x-type": { name: cql, side, description },
  });
  return composite({
    ...COMPOSITE_TRAITS,
    cql,
    output: schema("output"),
    input: schema("input"),
    steps: {
      *read(json, reading) {
        const { issues, pace } = reading;
        if (!isJsonObject(json)) return refuse(issues, "Expected an object");
        for (const name of Object.keys(json)) {
          if (pace.isDue()) yield;
          if (!known.has(name) && !isFull(issues)) refuseMember(issues, name, expectedFields);
        }
        const values: unknown[] = [];
        for (const { name, format } of fields) {
          const member = Object.hasOwn(json, name) ? json[name] : null;
          values.push(yield* readNullable(format, member, { ...reading, key: name }));
        }
        return values;
      },
      ...memberSteps(formats),
      *decode(bytes, { start, end, pace }) {
        const object: { [key: string]: Json } = {};
        let at = start;
        for (const { name, format } of fields) {
          const member = at < end ? yield* decodeMemberSteps(format, bytes, { at, pace }) : null;
          setMember(object, name, member);
          if (at < end) at += memberLength(bytes, at);
        }
        return object;
      },
    },
    hasIdentity: formats.some(({ identity }) => identity !== null),
    fixed: null,
    decode(bytes, start, end) {
      const object: { [key: string]: Json } = {};
      let at = start;
      for (const { name, format } of fields) {
        // Written before the field was added to the type: it is null.
        setMember(object, name, at < end ? decodeMember(format, bytes, at) : null);
        if (at < end) at += memberLength(bytes, at);
      }
      return object;
    },
    measure: null,
  });
}

/**
 * An array of `dimension` elements, none of them null. Elements of a fixed length stand one after
 * another, others each after their length as an unsigned vint (Cassandra's `VectorType`).
 */
export function vector(of: Format, dimension: number): Format<unknown[]> {
  const schema = (side: "output" | "input"): Schema => ({
    type: "array",
    items: of[side],
    // Both bounds would make a generated client's type a tuple of so many members, which no plain array fits.
    minItems: dimension,
    description: `An array of ${dimension} ${of.cql}`,
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
      *identify(values, pace) {
        return yield* frame(yield* identifyEach(of, values, pace), { pace });
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
    hasIdentity: of.identity !== null,
    fixed: of.fixed === null ? null : fixedVector(of.fixed, dimension),
    decode: of.fixed === null
      ? (bytes, start) => decodeVariable(of, dimension, { bytes, start })
      : (bytes, start) => decodeFixed(of, dimension, { bytes, start }),
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

/** Where the element is whose length, or whose bytes if they have a fixed length, stand at `at`. */
function elementAt(of: Format, bytes: Buffer, at: number): { start: number; end: number } {
  if (of.fixed !== null) return { start: at, end: at + of.fixed.length };
  const start = at + vintLength(bytes.readUInt8(at));
  return { start, end: start + Number(decodeVint(bytes, at)) };
}

function* readNullable(
  format: Format,
  json: unknown,
  reading: Reading & { key: string | number },
): Steps<unknown> {
  return json === null ? null : yield* readMember(format, json, reading);
}

/** Of members of different types, each of which may be null. */
function memberSteps(of: readonly Format[]): Pick<FormatSteps<unknown[]>, "encode" | "identify"> {
  return {
    *encode(values, pace) {
      const members: (Buffer | null)[] = [];
      for (const [index, member] of of.entries()) {
        const value = values[index];
        members.push(value === null ? null : yield* encodeMember(member, value, pace));
      }
      return yield* frame(members, { pace });
    },
    *identify(values, pace) {
      const members: (Buffer | null)[] = [];
      for (const [index, member] of of.entries()) {
        const value = values[index];
        members.push(value === null ? null : yield* identify(member, value, pace));
      }
      return yield* frame(members, { pace });
    },
  };
}
