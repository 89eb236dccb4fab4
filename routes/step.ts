/**
 * A step that requests pass through before their route serves them: a named unit with up to three parts.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv, CompleteHeaders } from "./context.ts";

export interface PipelineStep {
  readonly name: string;
  /** On the way in. What it throws ends the request. It returns a promise only where it has to wait. */
  readonly enter?: (context: Context<AppEnv>) => void | Promise<void>;
  /**
   * Says what it has to say in the headers of the answer, in the reverse order of the steps. A request that an
   * earlier step refused is answered with them, too, so it may not rely on `enter`.
   */
  readonly headers?: CompleteHeaders;
  /** When the answer is made, in the reverse order, if `enter` did not refuse the request. */
  readonly leave?: (context: Context<AppEnv>) => void;
}
