/**
 * Whether `enum=`, `pattern=` and `format=` fit the type of their marker, and whether each value of a
 * list, and the default, is a value that the parameter takes.
 *
 * @module
 */
import type { Param } from "../../../catalog/query.ts";
import { MAX_STEPS } from "../../../catalog/tags/input/options/pattern.ts";
import type { Report } from "../../../catalog/text/source.ts";
import type { Codec, CqlType } from "../../../codec/codec.ts";
import { boundsCheck } from "../../../codec/constraints/bounds.ts";
import {
  constrainedType,
  type Constraints,
  constraintsOf,
  enumMistake,
  isText,
  MAX_ELEMENT_LENGTH,
  violations,
} from "../../../codec/constraints/constraint.ts";

const NUMBERS: readonly CqlType["kind"][] = [
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "varint",
  "decimal",
  "float",
  "double",
];

export function checkConstraints(param: Param, codec: Codec, report: Report): void {
  let isSound = true;
  const cannotUse = (message: string, help: string) => {
    isSound = false;
    report({ span: param.span, message, help });
  };
  for (const option of ["enum", "pattern", "format"] as const) {
    if (param[option] !== null && !fits(codec.type, option)) {
      cannotUse(
        `Cannot use "${option}" for "${param.name}" of type "${codec.cql}"`,
        option === "enum"
          ? "Remove it: it is for texts and numbers, and for lists and sets of them"
          : "Remove it: it is for texts, and for lists and sets of them",
      );
    }
  }
  if (!isSound) return;
  for (const word of param.enum ?? []) {
    const state = enumMistake(codec.type, word);
    if (state !== null) {
      cannotUse(
        `Value "${word}" of "${param.name}" ${state}`,
        "Write it as a query parameter of that type would be written",
      );
    } else if (constrainedType(codec.type) === codec.type && !isWithin(codec, param, word)) {
      cannotUse(
        `Value "${word}" of "${param.name}" is out of its bounds`,
        'Remove it, or change "min" and "max"',
      );
    }
  }
  const { pattern, max } = param;
  const steps = (pattern?.size ?? 0) * MAX_ELEMENT_LENGTH;
  if (constrainedType(codec.type) !== codec.type && steps * Number(max) > MAX_STEPS) {
    cannotUse(
      `Cannot match the pattern with ${max} elements of "${param.name}": that takes too long`,
      `Use at most "max=${Math.floor(MAX_STEPS / steps)}", or a shorter pattern`,
    );
  }
  if (isSound) checkDefault(param, codec, cannotUse);
}

function fits(type: CqlType, option: keyof Constraints): boolean {
  const of = constrainedType(type);
  return isText(of) || option === "enum" && NUMBERS.includes(of.kind);
}

function isWithin(codec: Codec, param: Param, word: string): boolean {
  return boundsCheck(codec, param)(codec.text.parse(word));
}

function checkDefault(
  param: Param,
  codec: Codec,
  cannotUse: (message: string, help: string) => void,
): void {
  if (param.default === null) return;
  const read = codec.text.safeParse(param.default);
  // Reported elsewhere.
  if (!read.success) return;
  for (const constraint of constraintsOf(codec, param)) {
    const [violation] = violations(codec, { value: read.data, constraint });
    if (violation === undefined) continue;
    cannotUse(
      `Default "${param.default}" of "${param.name}" is not ${constraint.expected}`,
      `Choose a default that "${constraint.option}" allows`,
    );
  }
}
