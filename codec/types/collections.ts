/**
 * `list`, `set` and `map`. They hold no nulls. Of two elements of a set, or two keys of a map, that it
 * calls equal, Cassandra would keep one and drop the other without a word, so that is refused.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Json } from "../json/json.ts";
import { isJsonObject, setMember } from "../json/json_object.ts";
import { type Format, identify, isFull, placeIssues, refuse } from "../parts/format.ts";
import { memberMeasure } from "../parts/measure.ts";
import {
  COMPOSITE_TRAITS,
  decodeMember,
  frame,
  frameFixed,
  memberLength,
  readElements,
  readMember,
  refuseMember,
  withText,
} from "../parts/members.ts";

/** The length of the number of members, which stands before them. */
const COUNT_BYTES = 4;

/** An array. Values are the array of its elements' values. */
export function list(of: Format): Format<unknown[]> {
  const description = `An array of ${of.cql}`;
  return withText({
    ...COMPOSITE_TRAITS,
    cql: `list<${of.cql}>`,
    output: { type: "array", items: of.output, description, example: [of.output.example] },
    input: { type: "array", items: of.input, description, example: [of.input.example] },
    read: (json, issues) =>
      Array.isArray(json) ? readElements(of, json, issues) : refuse(issues, "Expected an array"),
    fixed: null,
    encode: (values) =>
      of.fixed === null
        ? frameCounted(values.map(of.encode), values.length)
        : counted(frameFixed(values, { fixed: of.fixed, head: COUNT_BYTES }), values.length),
    decode: (bytes, start) => decodeElements(of, bytes, start),
    identity: of.identity === null ? null : {
      bytesOf: (values) => frameCounted(values.map((value) => identify(of, value)), values.length),
    },
    measure: memberMeasure(["minItems", "maxItems"], (values) => values.length),
  });
}

/** An array in the order of Cassandra. Values are the array of its elements' bytes. */
export function set(of: Format): Format<Buffer[]> {
  const description = `An array of distinct ${of.cql}`;
  return withText({
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
    read(json, issues) {
      if (!Array.isArray(json)) return refuse(issues, "Expected an array");
      const before = issues.length;
      const values = readElements(of, json, issues);
      if (issues.length > before) return undefined;
      const elements = values.map(of.encode);
      const seen = new Set<string>();
      for (let index = 0; index < elements.length && !isFull(issues); index++) {
        const bytes = elements[index]!;
        if (add(seen, of.identity?.bytesOf(values[index]) ?? bytes)) continue;
        const again = quote(of, bytes);
        refuseMember(issues, index, `Expected each element once, found ${again} again`);
      }
      return elements;
    },
    fixed: null,
    encode: (elements) => frameCounted(elements, elements.length),
    decode: (bytes, start) => decodeElements(of, bytes, start),
    // Its elements have no order of their own.
    identity: {
      bytesOf: (elements) => frameCounted(elements.toSorted(Buffer.compare), elements.length),
    },
    measure: memberMeasure(["minItems", "maxItems"], (elements) => elements.length),
  });
}

/**
 * An object whose keys are the text of the map's keys: that of a number, a UUID, and so on, for a
 * composite its JSON text. Values are the bytes of keys and values in turn. JavaScript moves keys
 * that look like array indexes to the front, so the order is not always Cassandra's.
 */
export function map(key: Format, value: Format): Format<Buffer[]> {
  const description = `An object of ${value.cql} by ${key.cql}, whose keys are text`;
  const example = (of: Json): Json => ({ [keyText(key.output.example)]: of });
  return withText({
    ...COMPOSITE_TRAITS,
    cql: `map<${key.cql}, ${value.cql}>`,
    output: {
      type: "object",
      additionalProperties: value.output,
      description,
      example: example(value.output.example),
    },
    input: {
      type: "object",
      additionalProperties: value.input,
      description,
      example: example(value.input.example),
    },
    read(json, issues) {
      if (!isJsonObject(json)) return refuse(issues, "Expected an object");
      const entries: Buffer[] = [];
      const seen = new Set<string>();
      for (const name of Object.keys(json)) {
        if (isFull(issues)) break;
        const before = issues.length;
        const keyValue = key.readText(name, issues);
        const keyBytes = issues.length > before ? undefined : key.encode(keyValue);
        if (keyBytes && !add(seen, key.identity?.bytesOf(keyValue) ?? keyBytes)) {
          refuse(issues, `Expected each key once, found ${quote(key, keyBytes)} again`);
        }
        placeIssues(issues, before, name);
        const member = readMember(value, json[name], { key: name, issues });
        if (keyBytes && issues.length === before) entries.push(keyBytes, value.encode(member));
      }
      return entries;
    },
    fixed: null,
    encode: (entries) => frameCounted(entries, entries.length / 2),
    decode(bytes, start) {
      const object: { [key: string]: Json } = {};
      const count = bytes.readInt32BE(start);
      let at = start + 4;
      for (let index = 0; index < count; index++) {
        const name = keyText(decodeMember(key, bytes, at));
        at += memberLength(bytes, at);
        setMember(object, name, decodeMember(value, bytes, at));
        at += memberLength(bytes, at);
      }
      return object;
    },
    identity: {
      bytesOf(entries) {
        const pairs = entries.flatMap((bytes, index) =>
          index % 2 === 0 ? [frame([bytes, entries[index + 1]!])] : []
        );
        return Buffer.concat(pairs.toSorted(Buffer.compare));
      },
    },
    measure: memberMeasure(["minProperties", "maxProperties"], (entries) => entries.length / 2),
  });
}

function decodeElements(of: Format, bytes: Buffer, start: number): Json[] {
  const elements: Json[] = [];
  const count = bytes.readInt32BE(start);
  let at = start + 4;
  for (let index = 0; index < count; index++) {
    elements.push(decodeMember(of, bytes, at));
    at += memberLength(bytes, at);
  }
  return elements;
}

function frameCounted(members: readonly Buffer[], count: number): Buffer {
  return counted(frame(members, COUNT_BYTES), count);
}

function counted(bytes: Buffer, count: number): Buffer {
  bytes.writeInt32BE(count);
  return bytes;
}

/** The key of a JSON object for a map's key in JSON. */
function keyText(json: Json): string {
  if (typeof json === "string") return json;
  // Zero bytes, which is what a null here stands for, have no other text.
  return json === null ? "" : JSON.stringify(json);
}

/** Adds the bytes to those that were seen, unless they were. */
function add(seen: Set<string>, bytes: Buffer): boolean {
  const size = seen.size;
  return seen.add(bytes.toString("latin1")).size > size;
}

/** Names a value in an issue, in short. */
function quote(format: Format, bytes: Buffer): string {
  const json = JSON.stringify(format.decode(bytes, 0, bytes.length));
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
