/**
 * The input of a request before it is checked, and where in it a parameter's value is.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import type { Claims, HeaderReader } from "../context.ts";
import type { Seeds } from "../generate/seed.ts";
import type { ParamPlace } from "./param_place.ts";
import type { Content } from "./body/read_content.ts";

/** The input of a request without its body, before it is checked. */
export interface OuterInput {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: HeaderReader;
  readonly claims: Claims;
  /** What generated values are made from. */
  readonly seeds: Seeds;
}

/** The input of a request before it is checked. */
export interface RawInput extends OuterInput {
  /** The body of a route that takes bytes. */
  readonly content?: Content | undefined;
  /** The values of a plain body; undefined for one whose members are in `body`. */
  readonly plain?: EncodedValues | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * @param name of a header, in lower case
 * @returns a string, an array of strings where a query parameter was given more than once, or JSON
 */
export function rawValue(input: RawInput, place: ParamPlace, name: string): unknown {
  switch (place) {
    case "path":
      return input.path[name];
    case "query": {
      const all = input.query.getAll(name);
      return all.length > 1 ? all : all[0];
    }
    case "header":
      return headerText(input.headers.get(name));
    case "body":
      return Object.hasOwn(input.body, name) ? input.body[name] : undefined;
  }
}

/** Of a header that is not text: the only value that no schema sees. */
export const NOT_UTF8 = Symbol("not UTF-8");

/** A header's bytes, which the runtime gives as characters of Latin 1, as the UTF-8 that they are. */
function headerText(value: string | null): unknown {
  if (value === null) return undefined;
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(value)) return value;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.from(value, "latin1"));
  } catch {
    return NOT_UTF8;
  }
}
