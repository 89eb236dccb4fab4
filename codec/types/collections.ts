/**
 * `list`, `set` and `map`. They hold no nulls. Of two elements of a set, or two keys of a map, that it
 * calls equal, Cassandra would keep one and drop the other without a word, so that is refused.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from "../json/characters.ts";
import type { Json } from "../json/json.ts";
import { isJsonObject, setMember } from "../json/json_object.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import {
  type DecodePlace,
  type Format,
  identify,
  isFull,
  placeIssues,
  type ReadContext,
  refuse,
  writeDecoded,
} from "../parts/format.ts";
import { memberMeasure } from "../parts/measure.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  decodeMember,
  decodeMemberSteps,
  encodeEach,
  encodeMember,
  frame,
  frameFixed,
  identifyEach,
  isDecodedAtOnce,
  memberLength,
  readElements,
  readMember,
  refuseMember,
  writeMember,
} from "../parts/members.ts";
import { sortBytes } from "../parts/sort_bytes.ts";
import type { Pace, Steps } from "../../runtime/steps.ts";

/** The length of the number of members, which stands before them. */
const COUNT_BYTES = 4;

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
      *identify(values, pace) {
        return yield* frameCounted(yield* identifyEach(of, values, pace), values.length, pace);
      },
      decode: (bytes, place) => decodeElementSteps(of, bytes, place),
    },
    hasIdentity: of.identity !== null,
    fixed: null,
    decode: (bytes, start) => decodeElements(of, bytes, start),
    writeJson: (bytes, start, _, out) => writeElements(of, bytes, start, out),
    measure: memberMeasure(["minItems", "maxItems"], (values) => values.length),
  });
}

/** An array in the order of Cassandra. Values are the array of its elements' bytes. */
export function set(of: Format): Format<Buffer[]> {
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
        const elements = yield* encodeEach(of, values, pace);
        const seen = new Set<string>();
        for (let index = 0; index < elements.length && !isFull(issues); index++) {
          if (pace.isDue()) yield;
          const bytes = elements[index]!;
          const identity = of.identity === null ? bytes : yield* identify(of, values[index], pace);
          if (add(seen, identity)) continue;
          const again = quote(of, bytes);
          refuseMember(issues, index, `Expected each element once, found ${again} again`);
        }
        return elements;
      },
      *encode(elements, pace) {
        return yield* frameCounted(elements, elements.length, pace);
      },
      // The elements of a set have no order.
      *identify(elements, pace) {
        return yield* frameCounted(yield* sortBytes(elements, pace), elements.length, pace);
      },
      decode: (bytes, place) => decodeElementSteps(of, bytes, place),
    },
    hasIdentity: true,
    fixed: null,
    decode: (bytes, start) => decodeElements(of, bytes, start),
    writeJson: (bytes, start, _, out) => writeElements(of, bytes, start, out),
    measure: memberMeasure(["minItems", "maxItems"], (elements) => elements.length),
  });
}

/**
 * An object whose keys are the map's keys as text; a composite key is its JSON text. Values are the bytes
 * of keys and values in turn. JavaScript moves keys that look like array indexes to the front, so the
 * order is not always Cassandra's.
 */
export function map(key: Format, value: Format): Format<Buffer[]> {
  const description = `An object of ${value.cql} by ${key.cql}, whose keys are text`;
  const example = (of: Json): Json => ({ [keyText(key.output.example)]: of });

  /** The bytes of a key; undefined if it is refused. */
  function* readKey(
    name: string,
    { seen, ...reading }: ReadContext & { seen: Set<string> },
  ): Steps<Buffer | undefined> {
    const { issues, pace } = reading;
    const before = issues.length;
    const keyValue = key.steps === null
      ? key.readText(name, issues)
      : yield* key.steps.readText(name, reading);
    if (issues.length > before) return undefined;
    const bytes = yield* encodeMember(key, keyValue, pace);
    if (!add(seen, key.identity === null ? bytes : yield* identify(key, keyValue, pace))) {
      refuse(issues, `Expected each key once, found ${quote(key, bytes)} again`);
    }
    return bytes;
  }

  function decodeEntries(bytes: Buffer, start: number): Json {
    const object: { [key: string]: Json } = {};
    const count = bytes.readInt32BE(start);
    let at = start + COUNT_BYTES;
    for (let index = 0; index < count; index++) {
      const name = keyText(decodeMember(key, bytes, at));
      at += memberLength(bytes, at);
      setMember(object, name, decodeMember(value, bytes, at));
      at += memberLength(bytes, at);
    }
    return object;
  }

  return composite({
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
    steps: {
      *read(json, reading) {
        const { issues, pace } = reading;
        if (!isJsonObject(json)) return refuse(issues, "Expected an object");
        const entries: Buffer[] = [];
        const seen = new Set<string>();
        for (const name of Object.keys(json)) {
          if (isFull(issues)) break;
          if (pace.isDue()) yield;
          const before = issues.length;
          const keyBytes = yield* readKey(name, { ...reading, seen });
          placeIssues(issues, before, name);
          const member = yield* readMember(value, json[name], { ...reading, key: name });
          if (keyBytes && issues.length === before) {
            entries.push(keyBytes, yield* encodeMember(value, member, pace));
          }
        }
        return entries;
      },
      *encode(entries, pace) {
        return yield* frameCounted(entries, entries.length / 2, pace);
      },
      *identify(entries, pace) {
        const pairs: Buffer[] = [];
        for (let index = 0; index < entries.length; index += 2) {
          pairs.push(yield* frame([entries[index]!, entries[index + 1]!], { pace }));
        }
        return Buffer.concat(yield* sortBytes(pairs, pace));
      },
      *decode(bytes, { start, pace }) {
        const object: { [key: string]: Json } = {};
        const count = bytes.readInt32BE(start);
        let at = start + COUNT_BYTES;
        for (let index = 0; index < count; index++) {
          if (pace.isDue()) yield;
          const name = keyText(yield* decodeMemberSteps(key, bytes, { at, pace }));
          at += memberLength(bytes, at);
          setMember(object, name, yield* decodeMemberSteps(value, bytes, { at, pace }));
          at += memberLength(bytes, at);
        }
        return object;
      },
    },
    hasIdentity: true,
    fixed: null,
    decode: decodeEntries,
    // A JavaScript object orders its keys in its own way, and keeps only the last of two equal keys.
    writeJson: writeDecoded(decodeEntries),
    measure: memberMeasure(["minProperties", "maxProperties"], (entries) => entries.length / 2),
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

function* frameCounted(members: readonly Buffer[], count: number, pace: Pace): Steps<Buffer> {
  return counted(yield* frame(members, { head: COUNT_BYTES, pace }), count);
}

function counted(bytes: Buffer, count: number): Buffer {
  bytes.writeInt32BE(count);
  return bytes;
}

/** The key of a JSON object for a map's key in JSON. */
function keyText(json: Json): string {
  if (typeof json === "string") return json;
  // Null stands for zero bytes here, which have no other text.
  return json === null ? "" : JSON.stringify(json);
}

/**
 * Adds the bytes to those already seen, unless they are among them. V8 hashes the digits of an array index by their
 * value, without a secret, so a caller could choose members that all fall into one bucket; no index has the prefix.
 */
function add(seen: Set<string>, bytes: Buffer): boolean {
  const size = seen.size;
  return seen.add(`=${bytes.toString("latin1")}`).size > size;
}

/** Names a value in an issue, in short. */
function quote(format: Format, bytes: Buffer): string {
  const json = JSON.stringify(format.decode(bytes, 0, bytes.length));
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
