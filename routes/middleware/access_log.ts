/**
 * One observation for each request, when its answer is out: the access log's line and the metric.
 *
 * @module
 */
import { methodName } from "../../observe/metrics/method_name.ts";
import type { Observe } from "../../observe/observation.ts";
import type { NoteCaller } from "./note_caller.ts";
import type { PipelineStep } from "../step.ts";

export interface AccessLogOptions {
  readonly observe: Observe;
  readonly noteCaller: NoteCaller;
}

export function accessLog({ observe, noteCaller }: AccessLogOptions): PipelineStep {
  return {
    name: "accessLog",
    enter: () => observe({ kind: "request_started" }),
    leave(context) {
      const request = context.get("request");
      const { method } = context.req;
      const { status } = context.res;
      function finish(completed: boolean): void {
        observe({ kind: "request_finished" });
        noteCaller(request);
        observe({
          kind: "request",
          method: methodName(method),
          route: request.route,
          query: request.query,
          status,
          completed,
          durationMs: performance.now() - request.startedAt,
          cassandraMs: request.cassandra.ms,
          requestId: request.id,
          issuer: request.identity?.issuer ?? null,
          subject: request.identity?.subject ?? null,
          clientId: request.identity?.clientId ?? null,
          code: request.code,
          policy: request.policy,
          cause: status >= 500 || !completed ? request.cause : undefined,
        });
      }
      if (request.completion === null) finish(true);
      else request.completion.then(finish);
    },
  };
}
