/**
 * Whether the promises of a parameter's tag fit the type and the place of its marker in the statement. Each
 * check reports its own mistakes.
 *
 * @module
 */
import { isSent } from "../../../catalog/tags/input/sources/sent_sources.ts";
import type { Codec, CqlType } from "../../../codec/codec.ts";
import { boundsCheck } from "../../../codec/constraints/bounds.ts";
import { isReplaced, obstacleTo } from "../facts/optional_values.ts";
import { checkBucketName, checkTimeuuidDefault } from "./bucket_fit.ts";
import { checkConstraints } from "./constraint_fit.ts";
import type { ParamFacts } from "./param_facts.ts";
import { checkRequiredType } from "./required_type.ts";

export function checkParamFit(facts: ParamFacts): void {
  const checks = [
    checkOneType,
    checkDefault,
    checkBucketName,
    checkTimeuuidDefault,
    checkMeasured,
    checkPrecision,
    checkEncoding,
    ({ param, codecs: [codec], report }: ParamFacts) => checkConstraints(param, codec, report),
    checkOptional,
    checkRequiredType,
    checkAbsent,
    checkVector,
    checkUnknownPlace,
  ];
  for (const check of checks) check(facts);
}

function checkOneType({ query, param, codecs, report }: ParamFacts): void {
  const [first, ...others] = codecs;
  const other = others.find(({ cql }) => cql !== first.cql);
  if (other === undefined) return;
  report({
    span: query.markers.find(({ name }) => name === param.name)?.spans[1] ?? param.span,
    message: `Marker ":${param.name}" is used as "${first.cql}" and as "${other.cql}"`,
    help: "Use a different marker for each type",
  });
}

function checkDefault({ param, codecs: [codec], report }: ParamFacts): void {
  if (param.default === null) return;
  const { span } = param;
  const result = codec.text.safeParse(param.default);
  if (!result.success) {
    report({
      span,
      message: `Default "${param.default}" of "${param.name}" is not a "${codec.cql}"`,
      help: "Write the default as a query parameter of that type would be written",
    });
  } else if (!boundsCheck(codec, param)(result.data)) {
    report({
      span,
      message: `Default "${param.default}" of "${param.name}" is out of its bounds`,
      help: 'Choose a default between "min" and "max"',
    });
  }
}

function checkMeasured({ param, codecs: [codec], report }: ParamFacts): void {
  const { name, span } = param;
  const bounds = [param.min, param.max].filter((bound) => bound !== null);
  if (bounds.length === 0) return;
  if (codec.measure === null) {
    report({
      span,
      message: `Cannot bound "${name}": values of type "${codec.cql}" have no size`,
      help: 'Remove "min=" and "max="',
    });
    return;
  }
  if (codec.measure.counts === null) return checkRange({ param, codec, report });
  const unfit = bounds.find((bound) => !COUNT.test(bound));
  if (unfit === undefined) return;
  report({
    span,
    message:
      `Cannot bound the ${codec.measure.counts}s of "${name}" by ${unfit}: that is not a count`,
    help: "Write a whole number, without a sign",
  });
}

/** Bounds between which the type has no value. */
function checkRange(
  { param: { name, min, max, span }, codec, report }:
    & Pick<ParamFacts, "param" | "report">
    & { readonly codec: Codec },
): void {
  const isBeyond = (bound: string | null) =>
    bound !== null && WHOLE.test(bound) && !codec.text.safeParse(bound.replace(/^\+/, "")).success;
  const option = isBeyond(min) && !min!.startsWith("-")
    ? `min=${min}`
    : isBeyond(max) && max!.startsWith("-")
    ? `max=${max}`
    : null;
  if (option === null) return;
  report({
    span,
    message: `Cannot bound "${name}" by "${option}": no "${codec.cql}" is ${
      option.startsWith("min") ? "as large" : "as small"
    }`,
    help: "Choose a bound that values of the type can reach",
  });
}

function checkPrecision({ param, codecs: [codec], report }: ParamFacts): void {
  const { name, precision, span } = param;
  if (precision === null || codec.hasPrecision) return;
  report({
    span,
    message:
      `Cannot ${precision} "${name}": values of type "${codec.cql}" are neither instants nor times of day`,
    help:
      'Remove "precision=", which is for the types "timestamp" and "time" and collections of them',
  });
}

function checkEncoding({ param, codecs: [codec], report }: ParamFacts): void {
  const { name, encoding, span } = param;
  if (encoding === null || codec.hasBytes) return;
  report({
    span,
    message: `Cannot read "${name}" as ${encoding}: values of type "${codec.cql}" are not bytes`,
    help: 'Remove "encoding=", which is for the type "blob" and collections of it',
  });
}

const COUNT = /^\d+$/;
const WHOLE = /^[+-]?\d+$/;

function checkOptional({ param, places, report }: ParamFacts): void {
  if (!param.optional) return;
  const obstacle = places.map(obstacleTo).find((place) => place !== null);
  if (obstacle === undefined) return;
  report({
    span: param.span,
    message: `Parameter "${param.name}" cannot be optional: it stands for ${obstacle}`,
    help: param.source.in === "body" &&
        places.every(({ role }) => role.kind === "part" && role.isField)
      ? 'Remove the "?": the body may have null there'
      : 'Remove the "?", or write a second query that does without it',
  });
}

/** Null would delete nothing there. */
function checkAbsent({ param, places, report }: ParamFacts): void {
  if (param.absent === null || places.every(isReplaced)) return;
  report({
    span: param.span,
    message: `Cannot delete "${param.name}" where it is left out: it is not the value of a column`,
    help: 'Remove "absent=null"',
  });
}

/** A vector for an index is checked as a whole: its numbers one by one do not show that it fits. */
function checkVector({ param, places, report }: ParamFacts): void {
  const [column] = places.flatMap(({ role, table }) =>
    role.kind === "part" && table?.similarities.has(role.column) ? role.column : []
  );
  if (column === undefined) return;
  report({
    span: param.span,
    message: `Parameter "${param.name}" cannot be a part of the vector "${column}": it is indexed`,
    help: "Bind the whole vector to one marker",
  });
}

/** What `LIMIT`, `USING TTL`, `USING TIMESTAMP` and the list of an `IN` can be. */
const COSTLY: readonly CqlType["kind"][] = ["int", "bigint", "list"];

/** A statement that cannot be read may ask for any number of rows with it, or for any time. */
function checkUnknownPlace({ param, codecs: [codec], places, report }: ParamFacts): void {
  const { name, source, optional, max, span } = param;
  const isUnknown = places.some(({ role }) => role.kind === "unknown");
  const isBounded = max !== null || !isSent(source);
  if (!isUnknown || isBounded || !COSTLY.includes(codec.type.kind)) return;
  const example = `@param ${name}${optional ? "?" : ""} in ${source.in} max=100`;
  report({
    span,
    message: `Parameter "${name}" has no bound: what it does in the statement is not known`,
    help: `Add "max=", for example "${example}": it could be a LIMIT, a TTL or the list of an IN`,
  });
}
