/**
 * What zod says of a value → the mistakes of a request.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { pointerTo } from "../../errors/invalid_input.ts";
import type { InputError } from "../../errors/service_error.ts";

/** How many mistakes of a request are told: more than a person reads. */
export const MAX_ERRORS = 100;
/**
 * A pointer repeats every key on its way: a hundred mistakes below one long key would make an answer a
 * hundred times as long as the request.
 */
const MAX_CHARACTERS = 65_536;

/** zod's issues as mistakes below a pointer such as `/body`, up to a hundred. */
export function inputErrors(error: z.ZodError, base: string): InputError[] {
  const errors: InputError[] = [];
  let characters = 0;
  for (const [path, detail] of mistakesOf(error)) {
    const pointer = `${base}${pointerTo(path)}`;
    characters += pointer.length;
    if (errors.length > 0 && characters > MAX_CHARACTERS) break;
    errors.push({ pointer, detail });
    if (errors.length === MAX_ERRORS) break;
  }
  return errors;
}

/**
 * Mistakes of a query parameter. A plus sign that is not escaped stands for a space in a query, and a client that sends
 * the offset of a time so would look for another mistake.
 */
export function queryErrors(
  error: z.ZodError,
  { raw, schema, pointer }: {
    readonly raw: unknown;
    readonly schema: z.ZodType<unknown>;
    readonly pointer: string;
  },
): InputError[] {
  const errors = inputErrors(error, pointer);
  const isPlusLost = typeof raw === "string" && raw.includes(" ") &&
    schema.safeParse(raw.replaceAll(" ", "+")).success;
  if (!isPlusLost) return errors;
  return errors.map(({ pointer, detail }) => ({
    pointer,
    detail: `${detail}: write its "+" as "%2B", since "+" is a space in a query`,
  }));
}

function* mistakesOf({ issues }: z.ZodError): Generator<[path: PropertyKey[], detail: string]> {
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") {
      yield [issue.path, issue.message];
      continue;
    }
    for (const key of issue.keys) {
      yield [[...issue.path, key], "Unknown: remove it, or correct its name"];
    }
  }
}
