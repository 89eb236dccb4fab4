/**
 * What a caller may know about a row whose condition did not hold: the key that it sent, and the columns that
 * `@current` names. Being allowed to write a row does not mean being allowed to read it.
 *
 * @module
 */
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
    ...keys.find(({ columns }) => isOf(columns, row))?.shown,
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
    const key = keyOf(identity, values).columns;
    const own = query.verb === "batch" ? rows.filter((row) => isOf(key, row)) : rows;
    return identity.tagColumns.some((column) =>
      !own.some((row) => JSON.stringify(row[column]) === seen)
    );
  });
}

/** A key by the names of its columns, and by the names that the caller knows its values by. */
interface SentKey {
  readonly columns: Row;
  readonly shown: Row;
}

/** The keys that the conditions are about, each once; the longest first, which say most. */
function keysOf({ rows }: PreparedCondition, values: EncodedValues): SentKey[] {
  const keys = new Map(rows.map((row) => {
    const key = keyOf(row, values);
    return [JSON.stringify(key), key];
  }));
  const size = ({ columns }: SentKey) => Object.keys(columns).length;
  return [...keys.values()].sort((one, other) => size(other) - size(one));
}

function keyOf({ keys }: PreparedCondition["rows"][number], values: EncodedValues): SentKey {
  const sent = keys.flatMap(({ name, shownAs, param, codec }) => {
    const bytes = values[param];
    return bytes ? [{ name, shownAs, value: codec.decode(bytes, 0, bytes.length) }] : [];
  });
  return {
    columns: Object.fromEntries(sent.map(({ name, value }) => [name, value])),
    shown: Object.fromEntries(sent.map(({ shownAs, value }) => [shownAs, value])),
  };
}

function isOf(key: Row, row: Row): boolean {
  return Object.entries(key).every(([name, value]) =>
    JSON.stringify(row[name]) === JSON.stringify(value)
  );
}
