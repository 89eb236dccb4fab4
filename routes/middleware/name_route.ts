/**
 * Notes the route that serves a request, for logs, metrics and traces: its template, such as
 * `/stations/{station_id}`, never the requested path.
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
