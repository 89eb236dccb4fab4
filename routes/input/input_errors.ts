/**
 * What zod says of a value → the mistakes of a request.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Codec } from "../../codec/codec.ts";
import { pointerTo } from "../../errors/invalid_input.ts";
import type { InputError } from "../../errors/service_error.ts";

/** How many mistakes of a request are told: more than a person reads. */
export const MAX_ERRORS = 100;
/**
 * A pointer repeats every key on its way: a hundred mistakes below one long key would make an answer a
 * hundred times as long as the request.
 */
const MAX_CHARACTERS = 65_536;

/** Whether a further mistake of a request is told. The first is, however long its pointer is. */
export function hasRoomFor({ pointer }: InputError, errors: readonly InputError[]): boolean {
  if (errors.length === 0) return true;
  const characters = errors.reduce((sum, { pointer }) => sum + pointer.length, pointer.length);
  return errors.length < MAX_ERRORS && characters <= MAX_CHARACTERS;
}

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

/** A value of a query parameter that does not fit, and what would. */
export interface QueryMistake {
  readonly raw: unknown;
  readonly schema: z.ZodType<unknown>;
  readonly codec: Pick<Codec, "type" | "text" | "repeated">;
  readonly pointer: string;
}

/** Mistakes of a query parameter, with a hint where another spelling of the same would fit. */
export function queryErrors(error: z.ZodError, mistake: QueryMistake): InputError[] {
  const errors = inputErrors(error, mistake.pointer);
  const hint = typeof mistake.raw === "string" ? hintFor(mistake.raw, mistake) : null;
  if (hint === null) return errors;
  return errors.map(({ pointer, detail }) => ({ pointer, detail: `${detail}: ${hint}` }));
}

function hintFor(raw: string, { schema, codec }: QueryMistake): string | null {
  // A plus sign that is not escaped stands for a space in a query: the offset of a time loses it.
  if (raw.includes(" ") && schema.safeParse(raw.replaceAll(" ", "+")).success) {
    return 'write its "+" as "%2B", since "+" is a space in a query';
  }
  if (codec.repeated === null) return null;
  const isWhole = codec.text.safeParse(raw).success ||
    raw.includes(",") && schema.safeParse(raw.split(",")).success;
  return isWhole ? `repeat the parameter for each member of the ${codec.type.kind}` : null;
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
