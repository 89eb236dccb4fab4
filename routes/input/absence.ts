/**
 * The value to bind for a parameter that a request leaves out.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { PreparedParam } from "../../db/prepare/prepared_query.ts";

export interface Absence {
  /** Whether it may be left out. */
  readonly isOptional: boolean;
  /** Undefined is left unset. */
  readonly leftOut: Buffer | null | undefined;
}

export function absenceOf({ param, codec }: Pick<PreparedParam, "param" | "codec">): Absence {
  const fallback = param.default === null
    ? undefined
    : codec.encode(codec.text.parse(param.default));
  return {
    isOptional: param.optional || fallback !== undefined,
    leftOut: param.absent === "null" ? null : fallback,
  };
}
