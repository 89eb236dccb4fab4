/**
 * How long the values of several columns may be together, where they are the partition key of a materialised view.
 * Cassandra checks the keys of tables. It takes a row whose key in a view is too long, and the view loses it when it is
 * written to disk.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import type { Param } from "../../../catalog/query.ts";
import {
  type Statement,
  writesOf,
  type WriteStatement,
} from "../../../catalog/statement/statement.ts";
import type { Codec } from "../../../codec/codec.ts";
import type { Table } from "../../schema/table.ts";
import { MAX_KEY_BYTES } from "./length_limit.ts";
import { keyMarkers, storedMarkers, writtenColumns } from "./write_markers.ts";

/** A parameter whose value is part of a key. */
export interface KeyPart {
  readonly param: Param;
  readonly codec: Codec;
}

/** Encoded values by the names of their parameters. */
type KeyValues = Readonly<Record<string, Buffer | null | undefined>>;

export interface JointLimit {
  /** The parameters whose values are parts of the key. */
  readonly params: readonly KeyPart[];
  /** Those of them without which a write changes no key. */
  readonly needed: readonly string[];
  /** For the values of all of them together. */
  readonly maxBytes: number;
}

/** Each part of a key has its length before it, and a byte behind it (`CompositeType` of Cassandra). */
const BYTES_A_PART = 3;

/** Of the kinds whose values are always short, the length of the longest. */
const SHORT: Readonly<Record<string, number>> = {
  bigint: 8,
  boolean: 1,
  date: 4,
  double: 8,
  float: 4,
  inet: 16,
  int: 4,
  smallint: 2,
  time: 8,
  timestamp: 8,
  timeuuid: 16,
  tinyint: 1,
  uuid: 16,
};

/** @param tables of the writes of the statement */
export function jointLimitsOf(
  parsed: Statement,
  params: readonly KeyPart[],
  tables: readonly (Table | null)[],
): JointLimit[] {
  return writesOf(parsed).flatMap((write, index) => {
    const table = tables[index] ?? null;
    if (table === null || write.kind === "delete") return [];
    return table.viewPartitionKeys.flatMap((columns) => limitOf(columns, { write, table, params }));
  });
}

function limitOf(
  columns: readonly string[],
  { write, table, params }: {
    readonly write: WriteStatement;
    readonly table: Table;
    readonly params: readonly KeyPart[];
  },
): JointLimit[] {
  const written = writtenColumns(write) ?? [];
  // What is there already was checked when it was written.
  if (!columns.every((column) => table.keys.has(column) || written.includes(column))) return [];
  const markers = new Map([...keyMarkers(write), ...storedMarkers(write)]);
  const paramOf = (column: string) =>
    params.find(({ param }) => param.name === markers.get(column)) ?? [];
  const parts = columns.flatMap(paramOf);
  if (parts.every(({ codec }) => Object.hasOwn(SHORT, codec.type.kind))) return [];
  return [{
    params: parts,
    needed: columns.filter((column) => !table.keys.has(column)).flatMap(paramOf)
      .map(({ param }) => param.name),
    maxBytes: MAX_KEY_BYTES - BYTES_A_PART * columns.length,
  }];
}

/** A value that is too long, and how long it may be. */
export interface JointMistake {
  /** The name of the parameter. */
  readonly param: string;
  readonly detail: string;
}

/** @returns what is wrong with the longest of the values; null if all of them fit */
export function jointMistake(limit: JointLimit, values: KeyValues): JointMistake | null {
  const { params, needed, maxBytes } = limit;
  if (needed.some((name) => !values[name])) return null;
  const lengths = params.map((each) => lengthOf(each, values));
  const length = lengths.reduce((sum, each) => sum + each, 0);
  if (length <= maxBytes) return null;
  const longest = params[lengths.indexOf(Math.max(...lengths))]!;
  const names = params.filter((each) => each !== longest)
    .map(({ param }) => `"${clientNameOf(param)}"`).join(" and ");
  const detail =
    `Expected at most ${maxBytes} bytes${names === "" ? "" : ` together with ${names}`}` +
    ", as it is part of the key of a view";
  return { param: longest.param.name, detail };
}

/** Values that the service makes are not there yet. */
function lengthOf({ param, codec }: KeyPart, values: KeyValues): number {
  if (param.source.in === "generated") return SHORT[codec.type.kind] ?? 0;
  return values[param.name]?.length ?? 0;
}
