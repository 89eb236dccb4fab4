/**
 * `Server-Timing` (W3C): how long the request took in all, and how much of that was Cassandra.
 *
 * @module
 */
import type { Step } from "../step.ts";

export function timing(): Step {
  return {
    name: "timing",
    headers(context, headers) {
      const { startedAt, cassandra } = context.get("request");
      const totalMs = performance.now() - startedAt;
      headers.set(
        "server-timing",
        `total;dur=${totalMs.toFixed(2)}, cassandra;dur=${cassandra.ms.toFixed(2)}`,
      );
    },
  };
}
