/**
 * Values by the names of their parameters ↔ a packed row, which has them where they are bound.
 *
 * @module
 */
import { type PackedRow, packRow, unpackRow } from "../../codec/packed/packed_rows.ts";
import type { EncodedValues, PreparedParam, PreparedQuery } from "./prepared_query.ts";

/** What says where values are bound. */
export interface BindPositions {
  readonly params: readonly Pick<PreparedParam, "param" | "positions">[];
  readonly statement: Pick<PreparedQuery["statement"], "binds">;
}

/** A parameter without a value is packed UNSET, in every position where it is bound. */
export function packValues({ params, statement }: BindPositions, values: EncodedValues): PackedRow {
  const bound = new Array<EncodedValues[string]>(statement.binds.length).fill(undefined);
  for (const { param, positions } of params) {
    for (const position of positions) bound[position] = values[param.name];
  }
  return packRow(bound);
}

/** Each parameter gets the value of its first position: they are all the same. */
export function unpackValues(
  { params }: Pick<BindPositions, "params">,
  row: PackedRow,
): EncodedValues {
  const bound = unpackRow(row);
  return Object.fromEntries(
    params.map(({ param, positions }) => [param.name, bound[positions[0]!]]),
  );
}
