/**
 * Values against the schemas of an OpenAPI 3.1 document, by JSON Schema's own rules (draft 2020-12).
 *
 * @module
 */
import { expect } from "@std/expect";
import addFormats from "ajv-formats";
import { Ajv2020, type Format } from "ajv/dist/2020.js";

/** Of OpenAPI's format registry, what ajv does not know. */
const REGISTERED: Readonly<Record<string, Format>> = {
  decimal: /^[+-]?\d+(\.\d+)?(E[+-]?\d+)?$/i,
  "time-local": /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/,
  int8: { type: "number", validate: (value: number) => value === value << 24 >> 24 },
  int16: { type: "number", validate: (value: number) => value === value << 16 >> 16 },
};

export interface OpenApiValidator {
  /** What is wrong with the value by the schema that these keys of the document lead to. */
  errorsAt(value: unknown, keys: readonly string[]): readonly unknown[];
  /** Expects the value to be what the schema says. */
  expectValid(value: unknown, keys: readonly string[]): void;
}

export function openApiValidator(document: object): OpenApiValidator {
  // It only warns of a format that it does not know.
  const logger = {
    ...console,
    warn(message: string) {
      throw new TypeError(message);
    },
  };
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger });
  addFormats.default(ajv);
  for (const [name, format] of Object.entries(REGISTERED)) ajv.addFormat(name, format);
  const id = "openapi.json";
  ajv.addSchema(document, id, false, false);

  function errorsAt(value: unknown, keys: readonly string[]): readonly unknown[] {
    const pointer = keys.map((key) =>
      `/${encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))}`
    ).join("");
    const validate = ajv.compile({ $ref: `${id}#${pointer}` });
    validate(value);
    return validate.errors ?? [];
  }
  return {
    errorsAt,
    expectValid(value, keys) {
      expect({ value, errors: errorsAt(value, keys) }).toEqual({ value, errors: [] });
    },
  };
}
