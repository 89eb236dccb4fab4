import { getLogger } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { captureLog } from "../../tests/support/telemetry/log_capture.ts";
import type { Observation } from "../observation.ts";
import { LOG_CATEGORY, logObservations } from "./log.ts";

const CAUSE = new Error("Cannot reach it", { cause: new TypeError("connection refused") });
const SUMMARY = "Cannot reach it: connection refused";

async function linesOf(observation: Observation) {
  await using log = await captureLog();
  logObservations(getLogger(LOG_CATEGORY))(observation);
  return log.records.map(({ level, properties }) => ({ level, cause: properties.cause }));
}

function requestWith(code: "not_ready" | "internal"): Observation {
  return {
    kind: "request",
    method: "GET",
    route: "/items",
    query: null,
    status: code === "internal" ? 500 : 503,
    completed: true,
    durationMs: 1,
    cassandraMs: 0,
    requestId: "r",
    issuer: null,
    subject: null,
    clientId: null,
    code,
    policy: null,
    cause: CAUSE,
  };
}

describe("logObservations()", () => {
  const issuer = "https://login.example";
  const warnings: Observation[] = [
    { kind: "issuer_keys", issuer, fetched: false, usable: true, cause: CAUSE },
    { kind: "issuer_keys", issuer, fetched: false, usable: false, cause: CAUSE },
    { kind: "introspection", issuer, up: false, cause: CAUSE },
    { kind: "warning", message: "Cannot read the certificate", cause: CAUSE },
    { kind: "driver_error", source: "Connection", message: "broken", cause: CAUSE },
    {
      kind: "bulk",
      query: "add_items",
      requestId: "r",
      read: 1,
      written: 0,
      failed: 1,
      stopped: null,
      completed: true,
      cause: CAUSE,
    },
    requestWith("not_ready"),
  ];
  for (const [index, observation] of warnings.entries()) {
    it(`warns with the cause and without a stack: ${observation.kind} ${index}`, async () => {
      expect(await linesOf(observation)).toEqual([{ level: "warning", cause: SUMMARY }]);
    });
  }

  it("says once a minute that keys of an issuer cannot be fetched, which is tried every few seconds", async () => {
    await using log = await captureLog();
    const observe = logObservations(getLogger(LOG_CATEGORY));
    for (const usable of [true, true, false, false]) {
      observe({ kind: "issuer_keys", issuer, fetched: false, usable, cause: CAUSE });
    }
    observe({
      kind: "issuer_keys",
      issuer: `${issuer}/2`,
      fetched: false,
      usable: true,
      cause: CAUSE,
    });
    expect(log.records.map(({ properties }) => properties.issuer))
      .toEqual([issuer, issuer, `${issuer}/2`]);
  });

  it("says why the control file cannot be used, without a stack", async () => {
    const applied = { applied: false, readOnly: false, queries: 0, callers: 0 };
    expect(await linesOf({ kind: "control", ...applied, cause: CAUSE }))
      .toEqual([{ level: "error", cause: SUMMARY }]);
  });

  it("has the stack of a request that failed for a mistake of the service", async () => {
    const [line] = await linesOf(requestWith("internal"));
    expect(line!.level).toBe("error");
    expect(line!.cause).toContain("log_test.ts");
    expect(line!.cause).toContain("caused by TypeError: connection refused");
  });
});
