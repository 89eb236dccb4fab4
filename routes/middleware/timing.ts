/**
 * `Server-Timing` (W3C): how long the request took in all, and how much of that was Cassandra.
 *
 * @module
 */
import { twoDecimals } from "../../observe/log/round.ts";
import type { PipelineStep } from "../step.ts";

export function timing(): PipelineStep {
  return {
    name: "timing",
    headers(context, headers) {
      const { startedAt, cassandra } = context.get("request");
      const totalMs = performance.now() - startedAt;
      headers.set(
        "server-timing",
        `total;dur=${twoDecimals(totalMs)}, cassandra;dur=${twoDecimals(cassandra.ms)}`,
      );
    },
  };
}
