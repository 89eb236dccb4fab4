/**
 * A request's values → the bytes that are bound. Where each value comes from is worked out once per
 * query; a request then reads, checks and encodes each, and reports every mistake at once.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { clientNameOf } from "../../catalog/parse/client_name.ts";
import type { Param, ParamSource } from "../../catalog/query.ts";
import { SCAN_PARAMETERS } from "../../catalog/tags/paging/scan_tag.ts";
import { asClause } from "../../catalog/text/as_clause.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import { primitives } from "../../codec/primitives.ts";
import type { Steps } from "../../runtime/steps.ts";
import { jointMistake } from "../../db/prepare/facts/joint_limit.ts";
import { isWithin, MAX_KEY_BYTES } from "../../db/prepare/facts/length_limit.ts";
import type {
  EncodedValues,
  PreparedParam,
  PreparedQuery,
} from "../../db/prepare/prepared_query.ts";
import { invalidInput, pointerTo } from "../../errors/invalid_input.ts";
import type { InputError } from "../../errors/service_error.ts";
import { compileGenerated } from "../generate/compile_generated.ts";
import type { Seed } from "../generate/seed.ts";
import { absenceOf } from "./absence.ts";
import { compileClaim } from "./claims/claim.ts";
import { hasRoomFor, inputErrors, queryErrors } from "./input_errors.ts";
import { keyParamsOf } from "../../db/prepare/facts/key_params.ts";
import type { OwnParams } from "./own_params.ts";
import { type ParamPlace, pointerOf, pointerToParam, sourceOf } from "./param_place.ts";
import { type BodyForm, paramSchemaOf } from "./param_schema.ts";
import { compilePreconditions, type Preconditions } from "./preconditions.ts";
import { NOT_UTF8, type RawInput, rawValue } from "./raw_input.ts";
import { compileRequirements } from "./claims/requirements.ts";
import { compileScan } from "./scan_params.ts";

/** A request's values, ready to be bound, and its parameters for the service itself. */
export interface Input<Own> {
  readonly values: EncodedValues;
  readonly own: Own;
  readonly preconditions: Preconditions;
  /** Of a request that may come again; null for any other. */
  readonly repeatable: RepeatableInput | null;
}

/** How to recognise a repetition of the request. */
export interface RepeatableInput {
  /** The write time of its rows, in microseconds since 1970. Default: the time at which they are sent. */
  readonly writeTimeUs: number | undefined;
  /** All values that the first of the requests may have written. */
  candidates(): readonly EncodedValues[];
}

/** @throws {ServiceError} `invalid_input` with every mistake, `missing_claim` or `requirement_not_met` */
export type InputReader<Own> = (input: RawInput) => Steps<Input<Own>>;

/** What reading the input of a query takes to know. */
export type InputFacts =
  & Pick<
    PreparedQuery,
    "query" | "params" | "leastWritten" | "jointLimits" | "condition" | "partitions"
  >
  & { readonly statement: Pick<PreparedQuery["statement"], "binds"> };

/** @param ownParams query parameters that the route reads for itself, such as `limit` */
export function compileInput<Own>(
  prepared: InputFacts,
  ownParams: OwnParams<Own>,
): InputReader<Own> {
  const readOuter = compileOuter(prepared, ownParams.names);
  const readBody = compileBody(prepared);
  const require = compileRequirements(prepared, { includes: () => true });
  const readPreconditions = compilePreconditions(prepared);
  const generate = compileGenerated(prepared.params);
  return function* readInput(input) {
    const errors: InputError[] = [];
    const values: Values = {};
    yield* readOuter(input, values, errors);
    yield* readBody(input, values, errors);
    errors.push(...jointErrors(prepared, values));
    const own = ownParams.read(input.query, errors);
    if (errors.length > 0) throw invalidInput(errors);
    require?.(input.claims)(values);
    // The last of all: what would be refused anyway is refused without it (RFC 9110, section 13.2.1).
    const { preconditions, values: compared } = readPreconditions(input.headers);
    const sent = Object.assign(values, compared);
    if (generate === null) return { values: sent, own, preconditions, repeatable: null };
    const { seeds } = input;
    const withSeed = (seed: Seed) => ({ ...sent, ...generate(seed) });
    const all = withSeed(seeds.next(sent, 0));
    const repeatable = seeds.repeatable === null ? null : {
      writeTimeUs: seeds.repeatable.writeTimeUs,
      candidates: () => [all, ...seeds.repeatable!.others(sent, 0).map(withSeed)],
    };
    return { values: all, own, preconditions, repeatable };
  };
}

/** Reads what does not come from the body. */
export function compileOuter(prepared: InputFacts, ownNames: readonly string[]): ParamReader {
  const readScan = compileScan(prepared);
  const names = [
    ...namesIn("query", prepared),
    ...ownNames,
    ...readScan === null ? [] : SCAN_PARAMETERS,
  ];
  const readParams = compileParams(prepared, {
    includes: ({ in: place }) => place !== "body" && place !== "generated",
    form: "text",
  });
  return function* readOuter(input, values, errors) {
    yield* readParams(input, values, errors);
    readScan?.(input.query, values, errors);
    if (input.query.size === 0) return;
    const told: string[] = [];
    for (const name of input.query.keys()) {
      if (names.includes(name) || told.includes(name)) continue;
      const mistake = unknown("query", name, names);
      if (!hasRoomFor(mistake, errors)) return;
      errors.push(mistake);
      told.push(name);
    }
  };
}

/** Reads the values that come from the body. In the form `text`, each is a string, or null. */
export function compileBody(prepared: InputFacts, form: BodyForm = "json"): ParamReader {
  const names = namesIn("body", prepared);
  const readParams = compileParams(prepared, { includes: (source) => source.in === "body", form });
  const least = prepared.leastWritten;
  const nothing = `Nothing to write: send ${least.length > 1 ? "at least one of " : ""}${
    least.map((param) => `"${clientNameOf(param)}"`).join(", ")
  }`;
  return function* readBody(input, values, errors) {
    if (input.plain !== undefined) {
      Object.assign(values, input.plain);
      return;
    }
    yield* readParams(input, values, errors);
    for (const name of Object.keys(input.body)) {
      if (names.includes(name)) continue;
      const mistake = unknown("body", name, names);
      if (!hasRoomFor(mistake, errors)) return;
      errors.push(mistake);
    }
    const isEmpty = least.length > 0 && least.every(({ name }) => values[name] === undefined);
    if (isEmpty && errors.length === 0) errors.push({ pointer: "/body", detail: nothing });
  };
}

/** The mistakes of values that fit alone, but not together. */
export function jointErrors(
  { jointLimits, params }: Pick<InputFacts, "jointLimits" | "params">,
  values: EncodedValues,
): InputError[] {
  if (jointLimits.length === 0) return NONE;
  return jointLimits.flatMap((limit) => {
    const mistake = jointMistake(limit, values);
    if (mistake === null) return [];
    return [{ pointer: pointerOf(params, mistake.param), detail: mistake.detail }];
  });
}

const NONE: InputError[] = [];

/** Values that are being read, by the names of their parameters. */
export type Values = Record<string, Buffer | null | undefined>;

/** Reads the parameters from some sources, and the buckets that are derived from them. */
function compileParams(
  prepared: InputFacts,
  { includes, form }: {
    readonly includes: (source: ParamSource) => boolean;
    readonly form: BodyForm;
  },
): ParamReader {
  const params = prepared.params.filter(({ param: { source } }) =>
    includes(source.in === "bucket" ? sourceOf(prepared.params, source.of) : source)
  );
  const readers = params.map((param) => compileParam(param, form));
  const buckets = params.filter(({ bucket }) => bucket !== null);
  const { parts, alone } = keyParamsOf(prepared);
  const keys = params.map(({ param }) => param.name).filter((name) => parts.includes(name));
  const limited = params.flatMap(({ param: { name }, lengthLimit }) =>
    lengthLimit === null || keys.includes(name) ? [] : [{ name, limit: lengthLimit }]
  );

  return function* readParams(input, values, errors) {
    for (const reader of readers) {
      if ("steps" in reader) yield* reader.steps(input, values, errors);
      else reader.now(input, values, errors);
    }
    for (const { param, bucket } of buckets) {
      const { source } = param;
      const instant = source.in === "bucket" ? values[source.of] : undefined;
      if (!instant || source.in !== "bucket") continue;
      const bytes = bucket!(instant);
      if (bytes === null) {
        errors.push({
          pointer: pointerOf(prepared.params, source.of),
          detail: bucket!.expected,
        });
      } else {
        values[param.name] = bytes;
      }
    }
    for (const name of keys) {
      const length = values[name]?.length ?? 1;
      if (length > MAX_KEY_BYTES) {
        const detail = `Expected at most ${MAX_KEY_BYTES} bytes, as it is part of the key`;
        errors.push({ pointer: pointerOf(prepared.params, name), detail });
      } else if (length === 0 && alone.includes(name)) {
        errors.push({
          pointer: pointerOf(prepared.params, name),
          detail: "Expected at least one byte",
        });
      }
    }
    for (const { name, limit } of limited) {
      const bytes = values[name];
      if (!bytes || isWithin(bytes, limit)) continue;
      const detail = `Expected ${limit.expected}`;
      errors.push({ pointer: pointerOf(prepared.params, name), detail });
    }
  };
}

/** Reads values, and adds their mistakes. */
export type ParamReader = (input: RawInput, values: Values, errors: InputError[]) => Steps<void>;

/** Reads one parameter: at once, or in steps where its values have members. */
type ReaderOfOne =
  | { now(input: RawInput, values: Values, errors: InputError[]): void }
  | { readonly steps: ParamReader };

function compileParam(prepared: PreparedParam, form: BodyForm): ReaderOfOne {
  const { param: { name, source }, codec } = prepared;
  if (!isRead(source)) return { now() {} };
  if (source.in === "content") {
    return {
      now({ content }, values) {
        values[name] = content?.bytes;
      },
    };
  }
  if (source.in === "content-type") {
    return {
      now({ content }, values) {
        if (content !== undefined) values[name] = codec.encode(content.type);
      },
    };
  }
  if (source.in === "claim") {
    const readClaim = compileClaim(codec, source.claim);
    return {
      now({ claims }, values) {
        values[name] = readClaim(claims);
      },
    };
  }
  return compileSent(prepared, { place: source.in, form });
}

/** Reads a value that the caller sends, by its schema. */
function compileSent(
  prepared: PreparedParam,
  { place, form }: { readonly place: ParamPlace; readonly form: BodyForm },
): ReaderOfOne {
  const { param, codec, nullable } = prepared;
  const { name } = param;
  const schema = paramSchemaOf(prepared, form);
  const { isOptional, leftOut } = absenceOf(prepared);
  const clientName = clientNameIn(place, param);
  const pointer = pointerToParam(param);

  /** Whether there is a value to check; a missing value is dealt with here. */
  function isToCheck(raw: unknown, values: Values, errors: InputError[]): boolean {
    if (raw === undefined) {
      if (isOptional) values[name] = leftOut;
      else errors.push({ pointer, detail: "Required" });
      return false;
    }
    if (raw === NOT_UTF8) {
      errors.push({ pointer, detail: "Expected text in UTF-8" });
      return false;
    }
    if (raw !== null || !nullable) return true;
    values[name] = null;
    return false;
  }

  if (place !== "body" || Object.hasOwn(primitives, codec.type.kind)) {
    return {
      now(input, values, errors) {
        const raw = rawValue(input, place, clientName);
        if (!isToCheck(raw, values, errors)) return;
        const result = schema.safeParse(raw);
        if (result.success) values[name] = codec.encode(result.data);
        else if (place === "query") {
          errors.push(...queryErrors(result.error, { raw, schema, codec, pointer }));
        } else errors.push(...inputErrors(result.error, pointer));
      },
    };
  }
  return {
    *steps(input, values, errors) {
      const raw = rawValue(input, place, clientName);
      if (!isToCheck(raw, values, errors)) return;
      const ahead = form === "json" ? codec.readAhead(raw) : codec.readTextAhead(raw as string);
      const result = schema.safeParse(yield* ahead);
      if (result.success) values[name] = yield* codec.encodeSteps(result.data);
      else errors.push(...inputErrors(result.error, pointer));
    },
  };
}

/** The name that a value is looked for by. */
function clientNameIn(place: ParamPlace, param: Param): string {
  // The router knows a segment by its marker.
  if (place === "path") return param.name;
  return place === "header" ? clientNameOf(param).toLowerCase() : clientNameOf(param);
}

type ReadSource = Exclude<ParamSource, { in: typeof NOT_READ[number] }>;

/** Sources whose values are worked out once the others are read. */
const NOT_READ = ["bucket", "walk", "scan", "if-match", "generated"] as const;

function isRead(source: ParamSource): source is ReadSource {
  return !NOT_READ.some((name) => name === source.in);
}

function unknown(place: ParamPlace, name: string, known: readonly string[]): InputError {
  const help = known.length === 0 ? "this route takes none" : asClause(suggest(name, known));
  return { pointer: pointerTo([place, name]), detail: `Unknown: ${help}` };
}

function namesIn(place: ParamPlace, { params }: InputFacts): string[] {
  return params.filter(({ param }) => param.source.in === place).map(({ param }) =>
    clientNameOf(param)
  );
}
