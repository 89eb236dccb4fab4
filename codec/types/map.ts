/**
 * `map`.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Json } from "../json/json.ts";
import { isJsonObject, setMember } from "../json/json_object.ts";
import { addKey } from "../json/seen_keys.ts";
import { type Order, quote } from "../parts/distinct.ts";
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
  encodeEach,
  frameCounted,
  memberLength,
} from "../parts/members.ts";
import { inOrder, SortKeys } from "../parts/sort_by_key.ts";
import { keyOfMembers } from "../parts/sort_key.ts";
import type { Steps } from "../../runtime/steps.ts";

/** The entries of a map, as they were sent. */
interface Entries {
  readonly keys: Buffer[];
  /** Those of the keys. */
  readonly sortKeys: SortKeys;
  /** What the values were read to. */
  readonly values: unknown[];
}

/** What a key is read for. */
interface KeyPlace {
  readonly entries: Entries;
  readonly seen: Set<string>;
  readonly reading: ReadContext;
}

/**
 * An object whose keys are the map's keys as text; a composite key is its JSON text. Values are its entries as
 * they were sent. Cassandra's order is not always that of the object: JavaScript moves keys that look like array
 * indexes to the front.
 */
export function map(
  { key, value }: { readonly key: Format; readonly value: Format },
  { isKept }: Order,
): Format<Entries> {
  const description = `An object of \`${value.cql}\` by \`${key.cql}\`, whose keys are text`;
  const example = (of: Json): Json => ({ [keyText(key.output.example)]: of });

  /** Adds a key to the entries. */
  function* readKey(name: string, { entries, seen, reading }: KeyPlace): Steps<void> {
    const { issues, pace } = reading;
    const before = issues.length;
    const keyValue = key.steps === null
      ? key.readText(name, issues)
      : yield* key.steps.readText(name, reading);
    if (issues.length > before) return;
    const bytes = key.steps === null
      ? key.encode(keyValue)
      : yield* key.steps.encode(keyValue, pace);
    const sortKey = key.steps === null
      ? key.sortKey(keyValue, bytes)
      : yield* key.steps.sortKey(keyValue, pace);
    entries.keys.push(bytes);
    entries.sortKeys.add(sortKey);
    if (addKey(seen, sortKey)) return;
    refuse(issues, `Expected each key once, found ${quote(key, bytes)} again`);
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
        const entries: Entries = { keys: [], sortKeys: new SortKeys(), values: [] };
        const place = { entries, seen: new Set<string>(), reading };
        for (const name of Object.keys(json)) {
          if (isFull(issues)) break;
          if (pace.isDue()) yield;
          const before = issues.length;
          yield* readKey(name, place);
          // As `readMember()` does, but without a generator for each number.
          entries.values.push(
            value.steps === null
              ? value.read(json[name], issues)
              : yield* value.steps.read(json[name], reading),
          );
          placeIssues(issues, before, name);
        }
        return entries;
      },
      *encode({ keys, sortKeys, values }, pace) {
        const order = isKept ? null : yield* sortKeys.order(pace);
        const members = yield* encodeEach(value, values, pace);
        const pairs: Buffer[] = [];
        for (let at = 0; at < keys.length; at++) {
          if (pace.isDue()) yield;
          const index = order === null ? at : order[at]!;
          pairs.push(keys[index]!, members[index]!);
        }
        return yield* frameCounted(pairs, keys.length, pace);
      },
      *sortKey({ sortKeys, values }, pace) {
        const order = yield* sortKeys.order(pace);
        const ordered = inOrder(values, order);
        const keys: string[] = [];
        for (const [index, sortKey] of inOrder(sortKeys.keys, order).entries()) {
          if (pace.isDue()) yield;
          keys.push(sortKey, yield* sortKeyOf(value, ordered[index], pace));
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
    measure: memberMeasure(["minProperties", "maxProperties"], ({ keys }) => keys.length),
  });
}

/** The key of a JSON object for a map's key in JSON. */
function keyText(json: Json): string {
  if (typeof json === "string") return json;
  // Null stands for zero bytes here, which have no other text.
  return json === null ? "" : JSON.stringify(json);
}
