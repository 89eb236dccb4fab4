/**
 * What zod says of a value → the mistakes of a request.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { pointerTo } from "../../errors/invalid_input.ts";
import type { InputError } from "../../errors/service_error.ts";

/** zod's issues as mistakes below a pointer such as `/body`. */
export function inputErrors(error: z.ZodError, base: string): InputError[] {
  return error.issues.flatMap((issue): InputError[] => {
    const pointer = `${base}${pointerTo(issue.path)}`;
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        pointer: `${pointer}${pointerTo([key])}`,
        detail: "Unknown: remove it, or correct its name",
      }));
    }
    return [{ pointer, detail: issue.message }];
  });
}
