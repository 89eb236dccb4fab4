import { getLogger } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { captureLog } from "../../tests/support/telemetry/log_capture.ts";
import { LOG_CATEGORY } from "./log.ts";
import { createRepeatedLines } from "./repeated_lines.ts";

/** The properties of the lines that errors of the driver lead to. */
async function linesOf(messages: readonly string[]): Promise<unknown[]> {
  await using log = await captureLog();
  const lines = createRepeatedLines(getLogger(LOG_CATEGORY));
  for (const message of messages) {
    const cause = new Error("connect ECONNREFUSED");
    lines.log({ kind: "driver_error", source: "Connection", message, cause });
  }
  lines.flush();
  return log.records.map(({ properties }) => properties);
}

describe("createRepeatedLines()", () => {
  it("says an error of the driver once, then how often it was repeated, without a stack", async () => {
    expect(await linesOf(["Reply with stream #1", "Reply with stream #2", "Reply with stream #3"]))
      .toEqual([
        { report: "Connection: Reply with stream #1", cause: "connect ECONNREFUSED" },
        { report: "Connection: Reply with stream #3", cause: "connect ECONNREFUSED", left_out: 1 },
      ]);
  });

  it("says once of each query that it no longer fits the schema, then how often", async () => {
    await using log = await captureLog();
    const lines = createRepeatedLines(getLogger(LOG_CATEGORY));
    for (const query of ["list_items", "get_item", "list_items", "list_items"]) {
      lines.log({ kind: "schema_drift", query, detail: "a column is gone" });
    }
    lines.flush();
    expect(log.records.map(({ properties }) => properties)).toEqual([
      { query: "list_items", detail: "a column is gone" },
      { query: "get_item", detail: "a column is gone" },
      { query: "list_items", detail: "a column is gone", left_out: 1 },
    ]);
  });

  it("tells the errors of two nodes apart", async () => {
    expect(await linesOf(["No answer of 10.0.0.1:9042", "No answer of 10.0.0.2:9042"])).toEqual([
      expect.objectContaining({ report: "Connection: No answer of 10.0.0.1:9042" }),
      expect.objectContaining({ report: "Connection: No answer of 10.0.0.2:9042" }),
    ]);
  });
});
