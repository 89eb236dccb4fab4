/**
 * Composes the codec of a type from its parts, once: at run time no schema is walked, and no cell
 * asks for its type.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Codec, CqlType } from "./codec.ts";
import type { Json } from "./json/json.ts";
import { isJsonObject } from "./json/json_object.ts";
import { withNumbers } from "./json/minus_zero.ts";
import type { Order } from "./parts/distinct.ts";
import {
  type Format,
  type Issue,
  type PrimitiveFormat,
  refuse,
  type Schema,
  sortKeyOf,
} from "./parts/format.ts";
import { asExpected, decodeSteps, encodeMember } from "./parts/members.ts";
import { primitives } from "./primitives.ts";
import { finish, Pace } from "../runtime/steps.ts";
import { cqlName } from "./type_name.ts";
import { list, set } from "./types/collections.ts";
import { tuple, udt } from "./types/composites.ts";
import { map } from "./types/map.ts";
import { vector } from "./types/vector.ts";
import { type Variant, variantOf } from "./variant.ts";

/** The server has a type that no codec exists for, perhaps inside another type. */
export class UnsupportedTypeError extends Error {
  override readonly name = "UnsupportedTypeError";

  /** @param typeName as the server calls the type */
  constructor(typeName: string) {
    super(`Cannot make a codec for the type "${typeName}": it has no JSON form`);
  }
}

/**
 * The codec of a type.
 *
 * @throws {UnsupportedTypeError} if the type, or one inside it, has no codec.
 */
export function codecFor(type: CqlType): Codec {
  return variantCodecFor(type, {});
}

/** The codec of a variant of the type. */
export function variantCodecFor(type: CqlType, variant: Variant): Codec {
  const format = formatFor(type, variant);
  // A query with many columns has many codecs, and few of them need more than one of these.
  const stored = once(() => formatFor(type, { stored: true, encoding: variant.encoding ?? null }));
  const output = once(() => outputOf(stored(), format));
  const input = once(() => reading(format.read, format.input));
  const text = once(() => reading(textReader(format), format.text));
  const texts = once(() => repeated(type, variant));
  const { cql, category, measure, isTag, instantOf, bucketBy, isEqualByBytes } = format;
  const { encode, decode, writeJson } = format;
  return {
    type,
    cql,
    category,
    measure,
    isTag,
    instantOf,
    bucketBy,
    isEqualByBytes,
    isUnbounded: primitivesIn(type).some(({ isUnbounded }) => isUnbounded),
    hasPrecision: primitivesIn(type).some(({ truncated }) => truncated !== null),
    hasBytes: primitivesIn(type).some(({ encodings }) => encodings !== null),
    hasMinusZero: primitivesIn(type).some(({ category }) => category === "float"),
    get output() {
      return output();
    },
    get input() {
      return input();
    },
    get text() {
      return text();
    },
    get repeated() {
      return texts();
    },
    *readAhead(json) {
      if (format.steps === null) return json;
      const issues: Issue[] = [];
      const value = yield* format.steps.read(json, { issues, pace: new Pace() });
      return new ReadAhead({ json, value, issues });
    },
    *readTextAhead(text) {
      if (format.steps === null) return text;
      const issues: Issue[] = [];
      const value = yield* format.steps.readText(text, { issues, pace: new Pace() });
      return new ReadAhead({ json: text, value, issues });
    },
    *encodeSteps(value) {
      return yield* encodeMember(format, value, new Pace());
    },
    decodeSteps: (bytes, start, end) =>
      decodeSteps(format, bytes, { start, end, pace: new Pace() }),
    identify(json) {
      if (isEqualByBytes || json === null) return JSON.stringify(json);
      const value = stored().read(withNumbers(json), []);
      return finish(sortKeyOf(stored(), value, new Pace()));
    },
    encode,
    decode,
    writeJson,
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}

function outputOf(stored: Format, { cql, output }: Format): z.ZodType<Json> {
  return z.custom<Json>((json) => isOutput(stored, json), {
    error: `Expected the JSON form of a ${cql}`,
  }).meta({ ...output });
}

/** A value that was read already. */
class ReadAhead {
  readonly json: unknown;
  readonly value: unknown;
  readonly issues: readonly Issue[];

  constructor(
    { json, value, issues }: { json: unknown; value: unknown; issues: readonly Issue[] },
  ) {
    this.json = json;
    this.value = value;
    this.issues = issues;
  }
}

/** Reads a value from outside the body: a single string. */
function textReader(format: Format): Format["read"] {
  const { readText } = format;
  return (text, issues) =>
    typeof text === "string" ? readText(text, issues) : refuse(issues, oneExpected(format, text));
}

/** Why it is not a single string: a parameter that was sent several times is an array of them. */
function oneExpected({ text: { contentSchema } }: Format, given: unknown): string {
  if (!Array.isArray(given) || given.length < 2) return "Expected a string";
  const found = `Expected one value, found ${given.length}`;
  if (contentSchema === undefined) return found;
  return `${found}: send one JSON text, ${asExpected(contentSchema)}`;
}

/** The format of values that are written as strings. */
function asText(format: Format): Format {
  const { steps } = format;
  return {
    ...format,
    read: textReader(format),
    steps: steps === null ? null : {
      ...steps,
      *read(text, reading) {
        if (typeof text !== "string") return refuse(reading.issues, oneExpected(format, text));
        return yield* steps.readText(text, reading);
      },
    },
  };
}

/** Reads a list or set whose members are strings of a URL. */
function repeated(type: CqlType, variant: Variant): z.ZodType<unknown> | null {
  if (type.kind !== "list" && type.kind !== "set") return null;
  const member = formatFor(type.of, variant);
  const text = asText(member);
  const whole = type.kind === "list" ? list(text) : set(text, SORTED);
  return reading((given, issues) => whole.read(Array.isArray(given) ? given : [given], issues), {
    type: "array",
    items: member.text,
    ...(type.kind === "set" ? { uniqueItems: true } : {}),
    description: `A \`${whole.cql}\`: the parameter once for each member`,
    example: [member.text.example],
  });
}

function formatFor(type: CqlType, variant: Variant): Format {
  const format = compose(type, variant);
  const { decode, writeJson, emptyIsValue } = format;
  if (emptyIsValue) return format;
  return {
    ...format,
    // Nothing that is decoded in steps is empty.
    decode: (bytes, start, end) => start === end ? null : decode(bytes, start, end),
    writeJson(bytes, start, end, out) {
      if (start === end) out.ascii("null");
      else writeJson(bytes, start, end, out);
    },
  };
}

const SORTED: Order = { isKept: false };
const AS_STORED: Order = { isKept: true };

function compose(type: CqlType, variant: Variant): Format {
  const member = (type: CqlType) => formatFor(type, variant);
  const order = variant.stored ? AS_STORED : SORTED;
  switch (type.kind) {
    case "list":
      return list(member(type.of));
    case "set":
      return set(member(type.of), order);
    case "map":
      return map({ key: member(type.key), value: member(type.value) }, order);
    case "tuple":
      return tuple(type.of.map(member));
    case "udt":
      return udt(
        cqlName(type),
        type.fields.map(({ name, type }) => ({ name, format: member(type) })),
      );
    case "vector":
      return vector(member(type.of), type.dimension);
    case "unknown":
      throw new UnsupportedTypeError(type.name);
    default:
      return variantOf(primitives[type.kind], variant);
  }
}

/** The types at the bottom of a type. */
function primitivesIn(type: CqlType): PrimitiveFormat[] {
  switch (type.kind) {
    case "list":
    case "set":
    case "vector":
      return primitivesIn(type.of);
    case "map":
      return [type.key, type.value].flatMap(primitivesIn);
    case "tuple":
      return type.of.flatMap(primitivesIn);
    case "udt":
      return type.fields.flatMap((field) => primitivesIn(field.type));
    case "unknown":
      return [];
    default:
      return [primitives[type.kind]];
  }
}

/** A zod schema of one function: a vector of a thousand numbers is one call, not a thousand. */
function reading(read: Format["read"], schema: Schema): z.ZodType<unknown> {
  const readNow = (json: unknown) => {
    const issues: Issue[] = [];
    return new ReadAhead({ json, value: read(json, issues), issues });
  };
  return z.transform((given: unknown, context) => {
    const { json, value, issues } = given instanceof ReadAhead ? given : readNow(given);
    for (const issue of issues) context.issues.push({ code: "custom", input: json, ...issue });
    return value;
  }).meta({ ...schema });
}

/** Whether the value is exactly what `decode` would give for it, minus zero as raw JSON or as a number. */
function isOutput(format: Format, json: unknown): boolean {
  const issues: Issue[] = [];
  const given = withNumbers(json);
  const value = format.read(given, issues);
  if (issues.length > 0) return false;
  const bytes = format.encode(value);
  return isEqual(given, withNumbers(format.decode(bytes, 0, bytes.length)));
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length &&
      one.every((member, index) => isEqual(member, other[index]));
  }
  if (isJsonObject(one) && isJsonObject(other)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
  }
  return Object.is(one, other);
}
