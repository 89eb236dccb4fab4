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
  fixed,
  type Format,
  identify,
  type Identity,
  isFull,
  type Issue,
  refuse,
  type Schema,
} from "../parts/format.ts";
import {
  COMPOSITE_TRAITS,
  decodeMember,
  frame,
  memberLength,
  nullable,
  readElements,
  readMember,
  refuseMember,
  withText,
} from "../parts/members.ts";
import { decodeVint, encodeVint, vintLength } from "../parts/vint.ts";

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
  return withText({
    ...COMPOSITE_TRAITS,
    cql: `tuple<${names}>`,
    output: schema("output"),
    input: schema("input"),
    read(json, issues) {
      if (!Array.isArray(json) || json.length !== of.length) {
        return refuse(issues, `Expected an array of ${of.length} members`);
      }
      return of.map((member, key) => readNullable(member, json[key], { key, issues }));
    },
    fixed: null,
    encode: (values) => frame(of.map((member, index) => encodeNullable(member, values[index]))),
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
    identity: membersIdentity(of),
    measure: null,
  });
}

/** An object. A field that is missing, or null, is null. `cql` is the type's name. */
export function udt(cql: string, fields: readonly Field[]): Format<unknown[]> {
  const known = new Set(fields.map((field) => field.name));
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
  return withText({
    ...COMPOSITE_TRAITS,
    cql,
    output: schema("output"),
    input: schema("input"),
    read(json, issues) {
      if (!isJsonObject(json)) return refuse(issues, "Expected an object");
      for (const name of Object.keys(json)) {
        if (!known.has(name) && !isFull(issues)) refuseMember(issues, name, expectedFields);
      }
      return fields.map(({ name, format }) => {
        const member = Object.hasOwn(json, name) ? json[name] : null;
        return readNullable(format, member, { key: name, issues });
      });
    },
    fixed: null,
    encode: (values) =>
      frame(fields.map(({ format }, index) => encodeNullable(format, values[index]))),
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
    identity: membersIdentity(fields.map(({ format }) => format)),
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
  return withText({
    ...COMPOSITE_TRAITS,
    cql: `vector<${of.cql}, ${dimension}>`,
    output: schema("output"),
    input: schema("input"),
    read(json, issues) {
      if (!Array.isArray(json) || json.length !== dimension) {
        return refuse(issues, `Expected an array of ${dimension} elements`);
      }
      return readElements(of, json, issues);
    },
    ...(of.fixed ? fixedVector(of.fixed, of, dimension) : variableVector(of, dimension)),
    identity: of.identity === null ? null : {
      bytesOf: (values) => frame(values.map((value) => identify(of, value))),
    },
    measure: null,
  });
}

type VectorBytes = Pick<Format<unknown[]>, "fixed" | "encode" | "decode">;

function fixedVector(element: Fixed<unknown>, of: Format, dimension: number): VectorBytes {
  const { length } = element;
  return {
    ...fixed(length * dimension, (values, into, at) => {
      for (let index = 0; index < dimension; index++) {
        element.write(values[index], into, at + index * length);
      }
    }),
    decode(bytes, start) {
      const elements: Json[] = [];
      for (let index = 0, at = start; index < dimension; index++, at += length) {
        elements.push(of.decode(bytes, at, at + length));
      }
      return elements;
    },
  };
}

function variableVector(of: Format, dimension: number): VectorBytes {
  return {
    fixed: null,
    encode: (values) =>
      Buffer.concat(values.flatMap((value) => {
        const bytes = of.encode(value);
        return [encodeVint(BigInt(bytes.length)), bytes];
      })),
    decode(bytes, start) {
      const elements: Json[] = [];
      let at = start;
      for (let index = 0; index < dimension; index++) {
        const length = Number(decodeVint(bytes, at));
        at += vintLength(bytes.readUInt8(at));
        elements.push(of.decode(bytes, at, at + length));
        at += length;
      }
      return elements;
    },
  };
}

function readNullable(
  format: Format,
  json: unknown,
  options: { key: string | number; issues: Issue[] },
): unknown {
  return json === null ? null : readMember(format, json, options);
}

function encodeNullable(format: Format, value: unknown): Buffer | null {
  return value === null ? null : format.encode(value);
}

/** Of members each of which may be null. */
function membersIdentity(of: readonly Format[]): Identity<unknown[]> | null {
  if (of.every(({ identity }) => identity === null)) return null;
  return {
    bytesOf: (values) =>
      frame(of.map((member, index) => {
        const value = values[index];
        return value === null ? null : identify(member, value);
      })),
  };
}
