import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { ServiceError } from "../errors/service_error.ts";
import type { AppEnv } from "./context.ts";
import { requestId } from "./middleware/request_id.ts";
import { answer } from "./respond/answer.ts";
import { problemResponse } from "./respond/problem.ts";
import type { PipelineStep } from "./step.ts";
import { throughSteps } from "./through_steps.ts";

const refuse: PipelineStep = {
  name: "refuse",
  enter(context) {
    if (context.req.path.endsWith("/refused")) throw new ServiceError("too_busy", "Retry later");
  },
};

/** An app whose steps name themselves in the headers of its answers. */
function appOf() {
  const completed: string[] = [];
  const step = (name: string): PipelineStep => ({
    name,
    headers(_, headers) {
      completed.push(name);
      headers.set(`x-${name}`, name);
    },
  });
  const app = new Hono<AppEnv>();
  app.use(throughSteps([
    requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 }),
    step("outer"),
  ]));
  app.onError((error, context) => problemResponse(error, context));
  app.use("/:name", throughSteps([step("inner"), refuse, step("innermost")]));
  app.get("/served", () => answer("Here"));
  app.get("/refused", () => answer("Here"));
  app.get("/handed", () => new Response("Here"));
  app.notFound(() => {
    throw new ServiceError("unknown_route", "No such route");
  });
  return { app, completed };
}

describe("throughSteps()", () => {
  for (
    const { path, status, steps } of [
      { path: "/served", status: 200, steps: ["innermost", "inner", "outer"] },
      { path: "/handed", status: 200, steps: ["innermost", "inner", "outer"] },
      { path: "/refused", status: 503, steps: ["innermost", "inner", "outer"] },
      { path: "/not/there", status: 404, steps: ["outer"] },
    ]
  ) {
    it(`completes the headers of ${path}, ${status}, from the inside out`, async () => {
      const { app, completed } = appOf();
      const response = await app.request(path);
      expect(response.status).toBe(status);
      for (const name of steps) expect(response.headers.get(`x-${name}`)).toBe(name);
      expect(response.headers.has("x-request-id")).toBe(true);
      expect(completed).toEqual(steps);
    });
  }
});
