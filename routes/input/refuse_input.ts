/**
 * What zod-openapi finds wrong with the input of a hand-written route → the error of the service.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { invalidInput } from "../../errors/invalid_input.ts";
import { inputErrors } from "./input_errors.ts";

/** Where zod-openapi and a pointer call a place by different names. */
const POINTER_NAMES: Readonly<Record<string, string>> = {
  param: "path",
  json: "body",
  form: "body",
};

/** @throws {ServiceError} `invalid_input`, if there is anything wrong */
export function refuseInput(
  result:
    & { readonly target: string }
    & ({ readonly success: true } | { readonly success: false; readonly error: z.ZodError }),
): void {
  if (result.success) return;
  const place = POINTER_NAMES[result.target] ?? result.target;
  throw invalidInput(inputErrors(result.error, `/${place}`));
}
