import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv, RequestContext } from "../context.ts";
import { requestId } from "../middleware/request_id.ts";
import { throughSteps } from "../through_steps.ts";
import { problemResponse } from "./problem.ts";

const SECRET = "what only the operator may know";

/** What a request gets whose handler throws the error, and what is noted for the log. */
async function answerTo(error: Error) {
  let noted: RequestContext | undefined;
  const app = new Hono<AppEnv>();
  app.use(throughSteps([requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 })]));
  app.onError((thrown, context) => {
    noted = context.get("request");
    return problemResponse(thrown, context);
  });
  app.get("/", () => {
    throw error;
  });
  const response = await app.request("/");
  return {
    status: response.status,
    caching: response.headers.get("cache-control"),
    problem: await response.json(),
    noted,
  };
}

describe("problemResponse()", () => {
  const CASES: readonly (readonly [status: ContentfulStatusCode, code: string])[] = [
    [400, "malformed_request"],
    [413, "body_too_large"],
    [415, "unsupported_media_type"],
  ];
  for (const [status, code] of CASES) {
    it(`answers ${code} to the framework's ${status}, in its words`, async () => {
      const { problem, ...answer } = await answerTo(new HTTPException(status, { message: "Odd" }));
      expect([answer.status, problem.code, problem.detail]).toEqual([status, code, "Odd"]);
    });
  }

  for (const status of [401, 404, 409, 500, 503] as const) {
    it(`answers internal to the framework's ${status}, and keeps its words to the log`, async () => {
      const error = new HTTPException(status, { message: SECRET });
      const { problem, noted, ...answer } = await answerTo(error);
      expect([answer.status, problem.code]).toEqual([500, "internal"]);
      expect(JSON.stringify(problem)).not.toContain(SECRET);
      expect(noted?.cause).toBe(error);
    });
  }

  it("answers a service error as it is, and internal to any other", async () => {
    const known = await answerTo(new ServiceError("not_applied", "Taken"));
    expect([known.status, known.problem.detail]).toEqual([409, "Taken"]);
    const other = await answerTo(new TypeError(SECRET));
    expect([other.status, JSON.stringify(other.problem).includes(SECRET)]).toEqual([500, false]);
  });

  it("keeps the runtime from compressing a problem, or a large row in it all at once", async () => {
    const current = (length: number) => ({
      extensions: { current: { note: "x".repeat(length) } },
    });
    const large = await answerTo(new ServiceError("not_applied", "Taken", current(100_000)));
    expect(large.problem.current.note).toHaveLength(100_000);
    expect(large.caching).toBe("no-store, no-transform");
    const small = await answerTo(new ServiceError("not_applied", "Taken", current(100)));
    expect(small.problem.current.note).toHaveLength(100);
    expect(small.caching).toBe("no-store, no-transform");
  });
});
