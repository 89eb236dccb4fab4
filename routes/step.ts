/**
 * A step that requests pass through before their route serves them: a named unit with up to three parts.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "./context.ts";

export interface PipelineStep {
  readonly name: string;
  /** On the way in. An error ends the request. It returns a promise only if it has to wait. */
  readonly enter?: (context: Context<AppEnv>) => void | Promise<void>;
  /**
   * Adds its headers to the answer, in the reverse order of the steps. An answer to a request that an earlier
   * step refused has them too, so they may not rely on `enter`.
   */
  readonly headers?: (context: Context<AppEnv>, headers: Headers) => void;
  /** When the answer is made, in the reverse order, if `enter` did not refuse the request. */
  readonly leave?: (context: Context<AppEnv>) => void;
}
