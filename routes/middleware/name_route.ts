/**
 * Notes the route that a request is served by, for logs, metrics and traces: its template, such as
 * `/stations/{station_id}`, never the path that was asked for.
 *
 * @module
 */
import type { PipelineStep } from "../step.ts";

export function nameRoute(template: string): PipelineStep {
  return {
    name: "nameRoute",
    enter(context) {
      context.get("request").route = template;
    },
  };
}
