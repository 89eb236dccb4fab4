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

/** An app whose steps name themselves in the headers of its answers, and what they completed. */
function appOf() {
  const completed: ("made" | "still to be made")[] = [];
  const step = (name: string): PipelineStep => ({
    name,
    headers(_, headers) {
      completed.push(headers instanceof Headers ? "made" : "still to be made");
      headers.set(`x-${name}`, name);
    },
  });
  const outer = [requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 }), step("outer")];
  const app = new Hono<AppEnv>();
  app.use(throughSteps(outer));
  app.onError((error, context) => problemResponse(error, context));
  app.use("/:name", throughSteps([step("inner"), refuse], { outer }));
  app.use("/docs/*", throughSteps([step("docs"), refuse]));
  app.get("/docs/served", (context) => answer(context, "Here"));
  app.get("/served", (context) => answer(context, "Here"));
  app.get("/refused", (context) => answer(context, "Here"));
  app.get("/handed", () => new Response("Here"));
  app.notFound(() => {
    throw new ServiceError("unknown_route", "No such route");
  });
  return { app, completed };
}

describe("throughSteps()", () => {
  for (
    const { path, status, steps } of [
      { path: "/served", status: 200, steps: ["inner", "outer"] },
      { path: "/refused", status: 503, steps: ["inner", "outer"] },
      { path: "/docs/served", status: 200, steps: ["docs", "outer"] },
      { path: "/docs/refused", status: 503, steps: ["docs", "outer"] },
      { path: "/not/there", status: 404, steps: ["outer"] },
    ]
  ) {
    it(`completes the headers of ${path}, ${status}, before the answer is made`, async () => {
      const { app, completed } = appOf();
      const response = await app.request(path);
      expect(response.status).toBe(status);
      for (const name of steps) expect(response.headers.get(`x-${name}`)).toBe(name);
      expect(response.headers.has("x-request-id")).toBe(true);
      expect(completed).toEqual(steps.map(() => "still to be made"));
    });
  }

  it("completes the headers of an answer that somebody else has made", async () => {
    const { app, completed } = appOf();
    const response = await app.request("/handed");
    expect(response.headers.get("x-inner")).toBe("inner");
    expect(response.headers.get("x-outer")).toBe("outer");
    expect(completed).toEqual(["made", "made"]);
  });
});
