/**
 * What a caller may know about a row whose condition did not hold: the key that it sent, and the columns that
 * `@current` names. Being allowed to write a row does not mean being allowed to read it.
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { EncodedValues, PreparedCondition, PreparedQuery } from "../prepare/prepared_query.ts";
import type { Row } from "../prepare/rows/read_rows.ts";
import type { Result } from "./execute.ts";

/**
 * Without `@current`, only the key, whether the row exists or not. With it, null if there is no row. For a
 * batch, a list of the rows that its conditions concern.
 */
export function currentOf(
  { query, condition, show }: PreparedQuery,
  values: EncodedValues,
  { rows }: Pick<Result, "rows">,
): Row | Row[] | null {
  if (condition === null) return null;
  const { shown } = condition;
  const keys = keysOf(condition, values);
  const pick = (row: Row): Row =>
    Object.fromEntries(
      shown.map(({ name, shownAs, mask }) => [shownAs, show(row[name] ?? null, mask)]),
    );
  if (query.verb !== "batch") {
    const key = keys[0]?.shown ?? {};
    if (shown.length === 0) return key;
    return rows[0] === undefined ? null : { ...key, ...pick(rows[0]) };
  }
  if (shown.length === 0) return keys.map((key) => key.shown);
  return rows.map((row) => ({
    ...keys.find((key) => isOf(key, row))?.shown,
    ...pick(row),
  }));
}

/**
 * Whether the row does not have the tag that the caller saw, so that it has changed or is not there;
 * false if only another condition did not hold, or none compares with a tag.
 */
export function hasOtherTag(
  { query, params, condition }: PreparedQuery,
  values: EncodedValues,
  { rows }: Pick<Result, "rows">,
): boolean {
  const tag = params.find(({ param }) => param.source.in === "if-match");
  const bytes = tag === undefined ? null : values[tag.param.name];
  if (condition === null || tag === undefined || !bytes) return false;
  const seen = JSON.stringify(tag.codec.decode(bytes, 0, bytes.length));
  return condition.rows.some((identity) => {
    const key = keyOf(identity, values);
    const own = query.verb === "batch" ? rows.filter((row) => isOf(key, row)) : rows;
    return identity.tagColumns.some((column) =>
      !own.some((row) => JSON.stringify(row[column]) === seen)
    );
  });
}

interface SentKey {
  readonly parts: readonly KeyPart[];
  /** By the names that the caller knows its values by. */
  readonly shown: Row;
}

/** A column of a key, and what tells its value from others: `1.0` and `1.00` are one key. */
interface KeyPart {
  readonly name: string;
  readonly identity: string;
  readonly codec: Codec;
}

/** The keys that the conditions are about, each once; the longest first, which say most. */
function keysOf({ rows }: PreparedCondition, values: EncodedValues): SentKey[] {
  const keys = new Map(rows.map((row) => {
    const key = keyOf(row, values);
    const parts = key.parts.map(({ name, identity }) => [name, identity]);
    return [JSON.stringify([parts, Object.keys(key.shown)]), key];
  }));
  return [...keys.values()].sort((one, other) => other.parts.length - one.parts.length);
}

function keyOf({ keys }: PreparedCondition["rows"][number], values: EncodedValues): SentKey {
  const sent = keys.flatMap((key) => {
    const bytes = values[key.param];
    return bytes ? [{ ...key, bytes }] : [];
  });
  return {
    parts: sent.map(({ name, bytes, stored: codec }) => ({
      name,
      identity: codec.identify(codec.decode(bytes, 0, bytes.length)),
      codec,
    })),
    shown: Object.fromEntries(
      sent.map(({ shownAs, bytes, codec }) => [shownAs, codec.decode(bytes, 0, bytes.length)]),
    ),
  };
}

function isOf({ parts }: SentKey, row: Row): boolean {
  return parts.every(({ name, identity, codec }) => codec.identify(row[name] ?? null) === identity);
}
