/**
 * A request's values → the bytes that are bound. Where each value comes from is worked out once per
 * query; a request then reads, checks and encodes each, and reports every mistake at once.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { suggest } from "../catalog/suggest.ts";
import type { EncodedValues } from "../db/execute.ts";
import type { PreparedQuery } from "../db/prepare.ts";
import type { PreparedParam } from "../db/prepare_params.ts";
import { type InputError, ServiceError } from "../errors.ts";
import { readIfMatch } from "./entity_tag.ts";
import { schemaOf } from "./param_schema.ts";
import { inputErrors, invalidInput, pointerTo } from "./problem.ts";

/** What a request brings along beside its body, before it is checked. */
export interface OuterInput {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws {ServiceError} `invalid_input` with every mistake, or `missing_claim` */
export interface InputReader {
  read(outer: OuterInput, body: JsonObject): EncodedValues;
  /** For many bodies in one request: reads what holds for all of them, once. */
  readOuter(outer: OuterInput): (body: JsonObject) => EncodedValues;
}

/** The place that a client knows a parameter by; null for those that no client sends. */
export type Place = "path" | "query" | "header" | "body";

// Cassandra keeps the length of a key in two bytes.
const MAX_KEY_BYTES = 65_535;

/** The header of a parameter `station_id` is `Station-Id`. */
export function headerName(param: string): string {
  return param.replace(
    /(^|_)([a-z])/g,
    (_, before, letter) => `${before && "-"}${letter.toUpperCase()}`,
  );
}

/**
 * @param reserved query parameters that the route reads itself, such as `limit`
 */
export function compileInput(prepared: PreparedQuery, reserved: readonly string[]): InputReader {
  const bodyNames = namesIn("body", prepared);
  const queryNames = [...namesIn("query", prepared), ...reserved];
  const readOuterParams = compileParams(prepared, (name) => !bodyNames.includes(name));
  const readBodyParams = compileParams(prepared, (name) => bodyNames.includes(name));

  function readOuter(outer: OuterInput, values: Values, errors: InputError[]): void {
    readOuterParams({ ...outer, body: {} }, values, errors);
    for (const name of new Set(outer.query.keys())) {
      if (!queryNames.includes(name)) errors.push(unknown("query", name, queryNames));
    }
  }

  function readBody(input: RawInput, values: Values, errors: InputError[]): void {
    readBodyParams(input, values, errors);
    for (const name of Object.keys(input.body)) {
      if (!bodyNames.includes(name)) errors.push(unknown("body", name, bodyNames));
    }
  }

  return {
    read(outer, body) {
      const values: Values = {};
      const errors: InputError[] = [];
      readOuter(outer, values, errors);
      readBody({ ...outer, body }, values, errors);
      if (errors.length > 0) throw invalidInput(errors);
      return values;
    },
    readOuter(outer) {
      const shared: Values = {};
      const mistakes: InputError[] = [];
      readOuter(outer, shared, mistakes);
      if (mistakes.length > 0) throw invalidInput(mistakes);
      return (body) => {
        const values = { ...shared };
        const errors: InputError[] = [];
        readBody({ ...outer, body }, values, errors);
        if (errors.length > 0) throw invalidInput(errors);
        return values;
      };
    },
  };
}

type Values = Record<string, Buffer | null | undefined>;

type RawInput = OuterInput & { readonly body: JsonObject };

/** Reads some of the parameters, and what is derived from them. */
function compileParams(
  prepared: PreparedQuery,
  includes: (name: string) => boolean,
): ParamReader {
  const params = prepared.params.filter(({ param: { name, source } }) =>
    includes(source.in === "bucket" ? source.of : name)
  );
  const readers = params.map((param) => compileParam(param));
  const buckets = params.filter(({ bucket }) => bucket !== null);
  const allKeys = keyNames(prepared);
  const keys = allKeys.filter((name) => params.some(({ param }) => param.name === name));
  const onlyKey = allKeys.length === 1 ? allKeys[0] : undefined;

  return (input, values, errors) => {
    for (const read of readers) read(input, values, errors);
    for (const { param, bucket } of buckets) {
      const { source } = param;
      const instant = source.in === "bucket" ? values[source.of] : undefined;
      if (!instant || source.in !== "bucket") continue;
      const bytes = bucket!(instant);
      if (bytes === null) {
        errors.push({
          pointer: pointerOf(prepared, source.of),
          detail: "Expected a time in the years 0000 to 9999",
        });
      } else {
        values[param.name] = bytes;
      }
    }
    for (const name of keys) {
      const length = values[name]?.length ?? 1;
      if (length > MAX_KEY_BYTES) {
        const detail = `Expected at most ${MAX_KEY_BYTES} bytes, as it is part of the key`;
        errors.push({ pointer: pointerOf(prepared, name), detail });
      } else if (length === 0 && name === onlyKey) {
        errors.push({ pointer: pointerOf(prepared, name), detail: "Expected at least one byte" });
      }
    }
  };
}

type ParamReader = (input: RawInput, values: Values, errors: InputError[]) => void;

function compileParam(prepared: PreparedParam): ParamReader {
  const { param, codec, nullable } = prepared;
  const { name, source } = param;
  if (source.in === "bucket" || source.in === "walk") return () => {};
  if (source.in === "claim") return compileClaim(prepared, source.claim);
  if (source.in === "if-match") return compileIfMatch(prepared);
  const schema = schemaOf(prepared);
  const fallback = param.default === null
    ? undefined
    : codec.encode(codec.text.parse(param.default));
  const optional = param.optional || fallback !== undefined;
  const place: Place = source.in;
  const pointer = pointerTo([place, place === "header" ? headerName(name) : name]);
  return (input, values, errors) => {
    const raw = rawValue(input, place, name);
    if (raw === undefined) {
      if (optional) values[name] = fallback;
      else errors.push({ pointer, detail: "Required" });
    } else if (raw === null && nullable) {
      values[name] = null;
    } else {
      const result = schema.safeParse(raw);
      if (result.success) values[name] = codec.encode(result.data);
      else errors.push(...inputErrors(result.error, pointer));
    }
  };
}

/** A string, an array of strings where a query parameter was given more than once, or JSON. */
function rawValue(input: RawInput, place: Place, name: string): unknown {
  switch (place) {
    case "path":
      return input.path[name];
    case "query": {
      const all = input.query.getAll(name);
      return all.length > 1 ? all : all[0];
    }
    case "header":
      return input.headers.get(headerName(name)) ?? undefined;
    case "body":
      return Object.hasOwn(input.body, name) ? input.body[name] : undefined;
  }
}

function compileClaim({ param, codec }: PreparedParam, claim: string): ParamReader {
  return ({ claims }, values) => {
    const raw = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    const text = typeof raw === "string"
      ? raw
      : raw === undefined || raw === null
      ? undefined
      : JSON.stringify(raw);
    const result = text === undefined || text === "" ? undefined : codec.text.safeParse(text);
    if (result === undefined || !result.success) {
      throw new ServiceError(
        "missing_claim",
        `The token's claim "${claim}" is ${
          result === undefined ? "missing" : `not a "${codec.cql}"`
        }: this route cannot tell whose data it is about`,
      );
    }
    values[param.name] = codec.encode(result.data);
  };
}

function compileIfMatch({ param, codec }: PreparedParam): ParamReader {
  return ({ headers }, values) => {
    const result = codec.text.safeParse(readIfMatch(headers.get("if-match")));
    if (!result.success) {
      const [mistake] = inputErrors(result.error, "/header/If-Match");
      throw invalidInput([mistake!]);
    }
    values[param.name] = codec.encode(result.data);
  };
}

function unknown(place: Place, name: string, known: readonly string[]): InputError {
  const help = known.length === 0 ? "This route takes none" : suggest(name, known);
  return { pointer: pointerTo([place, name]), detail: `Unknown: ${help}` };
}

function namesIn(place: Place, { params }: PreparedQuery): string[] {
  return params.filter(({ param }) => param.source.in === place).map(({ param }) => param.name);
}

function keyNames({ params, statement }: PreparedQuery): string[] {
  return params.filter(({ positions }) =>
    positions.some((position) => statement.partitionKey.includes(position))
  ).map(({ param }) => param.name);
}

function pointerOf({ params }: PreparedQuery, name: string): string {
  const place = params.find(({ param }) => param.name === name)?.param.source.in ?? "body";
  return pointerTo([place, name]);
}
