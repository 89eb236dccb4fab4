/**
 * `tuple` and user-defined types.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY } from "../json/characters.ts";
import type { Json } from "../json/json.ts";
import { isJsonObject, setMember } from "../json/json_object.ts";
import { hasOwnOrder, memberPrefix } from "../json/member_prefix.ts";
import {
  type Format,
  type FormatSteps,
  isFull,
  type ReadContext,
  refuse,
  type Schema,
  sortKeyOf,
  writeDecoded,
  type WriteJson,
} from "../parts/format.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  decodeMember,
  decodeMemberSteps,
  encodeMember,
  frame,
  memberLength,
  nullable,
  readMember,
  refuseMember,
  writeMember,
} from "../parts/members.ts";
import { keyOfMember } from "../parts/sort_key.ts";
import type { Steps } from "../../runtime/steps.ts";

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
    description: `An array of \`${names}\`, each of which may be null`,
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
    isEqualByBytes: of.every(({ isEqualByBytes }) => isEqualByBytes),
    fixed: null,
    decode(bytes, start, end) {
      const members: Json[] = [];
      let at = start;
      for (const member of of) {
        // Written when the type had fewer members: the missing members are null.
        members.push(at < end ? decodeMember(member, bytes, at) : null);
        if (at < end) at += memberLength(bytes, at);
      }
      return members;
    },
    writeJson(bytes, start, end, out) {
      let at = start;
      for (let index = 0; index < of.length; index++) {
        out.character(index === 0 ? OPEN_ARRAY : COMMA);
        if (at < end) at = writeMember(of[index]!, bytes, at, out);
        else out.ascii("null");
      }
      out.character(CLOSE_ARRAY);
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
  const description = `An object of the type \`${cql}\`, each field of which may be null`;
  const schema = (side: "output" | "input"): Schema => ({
    type: "object",
    properties: members((format) => nullable(format[side])),
    ...(side === "output" ? { required: [...known] } : {}),
    additionalProperties: false,
    description,
    example: members((format) => format[side].example),
    "x-type": { name: cql, side, description },
  });
  function decodeFields(bytes: Buffer, start: number, end: number): Json {
    const object: { [key: string]: Json } = {};
    let at = start;
    for (const { name, format } of fields) {
      // Written before the field was added to the type: it is null.
      setMember(object, name, at < end ? decodeMember(format, bytes, at) : null);
      if (at < end) at += memberLength(bytes, at);
    }
    return object;
  }
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
    isEqualByBytes: formats.every(({ isEqualByBytes }) => isEqualByBytes),
    fixed: null,
    decode: decodeFields,
    writeJson: hasOwnOrder(fields) ? writeDecoded(decodeFields) : writeFields(fields),
    measure: null,
  });
}

function writeFields(fields: readonly Field[]): WriteJson {
  const members = fields.map(({ name, format }, index) => ({
    prefix: memberPrefix(name, index),
    format,
  }));
  return (bytes, start, end, out) => {
    let at = start;
    for (const { prefix, format } of members) {
      out.raw(prefix);
      if (at < end) at = writeMember(format, bytes, at, out);
      else out.ascii("null");
    }
    out.character(CLOSE_OBJECT);
  };
}

function* readNullable(
  format: Format,
  json: unknown,
  reading: ReadContext & { key: string | number },
): Steps<unknown> {
  return json === null ? null : yield* readMember(format, json, reading);
}

/** Of members of different types, each of which may be null. */
function memberSteps(of: readonly Format[]): Pick<FormatSteps<unknown[]>, "encode" | "sortKey"> {
  return {
    *encode(values, pace) {
      const members: (Buffer | null)[] = [];
      for (const [index, member] of of.entries()) {
        const value = values[index];
        members.push(value === null ? null : yield* encodeMember(member, value, pace));
      }
      return yield* frame(members, { pace });
    },
    *sortKey(values, pace) {
      let key = "";
      for (const [index, member] of of.entries()) {
        const value = values[index];
        key += keyOfMember(value === null ? null : yield* sortKeyOf(member, value, pace));
      }
      return key;
    },
  };
}
