/**
 * `map`.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Json } from "../json/json.ts";
import { isJsonObject, setMember } from "../json/json_object.ts";
import { addKey, type Order, quote } from "../parts/distinct.ts";
import {
  type Format,
  isFull,
  placeIssues,
  type ReadContext,
  refuse,
  sortKeyOf,
  writeDecoded,
} from "../parts/format.ts";
import { memberMeasure } from "../parts/measure.ts";
import {
  composite,
  COMPOSITE_TRAITS,
  COUNT_BYTES,
  decodeMember,
  decodeMemberSteps,
  encodeMember,
  frameCounted,
  memberLength,
  readMember,
} from "../parts/members.ts";
import { type Keyed, sortByKey } from "../parts/sort_by_key.ts";
import { keyOfMembers } from "../parts/sort_key.ts";
import type { Steps } from "../../runtime/steps.ts";

/** A member of a map. Its sort key is that of its key. */
interface Entry extends Keyed {
  readonly key: Buffer;
  readonly value: Buffer;
  /** What the value was read to. */
  readonly member: unknown;
}

/**
 * An object whose keys are the map's keys as text; a composite key is its JSON text. Values are the array of its
 * entries in the order of Cassandra, which is not always that of the object: JavaScript moves keys that look like
 * array indexes to the front.
 */
export function map(
  { key, value }: { readonly key: Format; readonly value: Format },
  { isKept }: Order,
): Format<Entry[]> {
  const description = `An object of ${value.cql} by ${key.cql}, whose keys are text`;
  const example = (of: Json): Json => ({ [keyText(key.output.example)]: of });

  /** A key's bytes and what it is sorted by; undefined if it is refused. */
  function* readKey(
    name: string,
    { seen, ...reading }: ReadContext & { seen: Set<string> },
  ): Steps<Pick<Entry, "key" | "sortKey"> | undefined> {
    const { issues, pace } = reading;
    const before = issues.length;
    const keyValue = key.steps === null
      ? key.readText(name, issues)
      : yield* key.steps.readText(name, reading);
    if (issues.length > before) return undefined;
    const bytes = yield* encodeMember(key, keyValue, pace);
    const sortKey = key.steps === null
      ? key.sortKey(keyValue, bytes)
      : yield* key.steps.sortKey(keyValue, pace);
    if (!addKey(seen, sortKey)) {
      refuse(issues, `Expected each key once, found ${quote(key, bytes)} again`);
    }
    return { key: bytes, sortKey };
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
        const entries: Entry[] = [];
        const seen = new Set<string>();
        for (const name of Object.keys(json)) {
          if (isFull(issues)) break;
          if (pace.isDue()) yield;
          const before = issues.length;
          const read = yield* readKey(name, { ...reading, seen });
          placeIssues(issues, before, name);
          const member = yield* readMember(value, json[name], { ...reading, key: name });
          if (read && issues.length === before) {
            entries.push({ ...read, value: yield* encodeMember(value, member, pace), member });
          }
        }
        return isKept ? entries : yield* sortByKey(entries, pace);
      },
      *encode(entries, pace) {
        const pairs = entries.flatMap(({ key, value }) => [key, value]);
        return yield* frameCounted(pairs, entries.length, pace);
      },
      *sortKey(entries, pace) {
        const keys: string[] = [];
        for (const { sortKey, member } of isKept ? yield* sortByKey(entries, pace) : entries) {
          if (pace.isDue()) yield;
          keys.push(sortKey, yield* sortKeyOf(value, member, pace));
        }
        return keyOfMembers(keys);
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
    isEqualByBytes: false,
    fixed: null,
    decode: decodeEntries,
    // A JavaScript object orders its keys in its own way, and keeps only the last of two equal keys.
    writeJson: writeDecoded(decodeEntries),
    measure: memberMeasure(["minProperties", "maxProperties"], (entries) => entries.length),
  });
}

/** The key of a JSON object for a map's key in JSON. */
function keyText(json: Json): string {
  if (typeof json === "string") return json;
  // Null stands for zero bytes here, which have no other text.
  return json === null ? "" : JSON.stringify(json);
}
