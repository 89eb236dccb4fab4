import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { problemAnswer, problemDocument } from "./problem_document.ts";
import { internalError, ServiceError } from "./service_error.ts";

describe("problemDocument()", () => {
  it("has the code's status and title, and nothing that is empty", () => {
    expect(problemDocument(new ServiceError("not_found", "There is no such row"), "id-1")).toEqual({
      type: "about:blank",
      title: "Not found",
      status: 404,
      code: "not_found",
      detail: "There is no such row",
      request_id: "id-1",
    });
  });

  it("has the mistakes of the input and the members that the code adds", () => {
    const errors = [{ pointer: "/query/limit", detail: "Expected a number" }];
    const error = new ServiceError("not_applied", "No", { errors, extensions: { current: null } });
    expect(problemDocument(error, "id-1")).toMatchObject({ errors, current: null });
  });

  it("keeps its own members, whatever is added", () => {
    const extensions = { type: "x", status: 200, code: "mine", request_id: "fake", current: null };
    const error = new ServiceError("not_applied", "No", { extensions });
    expect(problemDocument(error, "id-1")).toEqual({
      type: "about:blank",
      title: "Not applied",
      status: 409,
      code: "not_applied",
      detail: "No",
      request_id: "id-1",
      current: null,
    });
  });

  it("says of an internal error what to quote, and nothing of its cause", () => {
    const { detail, ...rest } = problemDocument(internalError(new Error("swordfish")), "id-1");
    expect(detail).toBe('Internal error: quote request id "id-1" when you report it');
    expect(JSON.stringify(rest)).not.toContain("swordfish");
  });
});

describe("problemAnswer()", () => {
  it("has the wait of its code and the headers of its error", () => {
    const headers = { "x-other": "yes" };
    const answer = problemAnswer(new ServiceError("too_busy", "Busy", { headers }), "id-1");
    expect(answer.status).toBe(503);
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "application/problem+json",
      "cache-control": "no-store, no-transform",
      "retry-after": "1",
      "x-other": "yes",
    });
  });

  it("ends the connection of a request that did not arrive in time, and no other", () => {
    const connectionAfter = (code: "body_timeout" | "body_too_large") =>
      problemAnswer(new ServiceError(code, "No"), "id-1").headers.get("connection");
    expect(connectionAfter("body_timeout")).toBe("close");
    expect(connectionAfter("body_too_large")).toBeNull();
  });

  it("has no wait where waiting does not help", () => {
    const answer = problemAnswer(new ServiceError("timeout", "Late"), "id-1");
    expect(answer.headers.has("retry-after")).toBe(false);
  });
});
