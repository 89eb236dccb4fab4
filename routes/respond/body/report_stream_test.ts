import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ReportStream } from "./report_stream.ts";

const BODY = { requestId: "r", stallTimeoutMs: 10_000, takeSlot: () => Promise.resolve() };

describe("ReportStream", () => {
  it("gives every line, when it ends", async () => {
    const report = new ReportStream(BODY);
    report.addFailure({ line: 1 });
    const text = new Response(report.body).text();
    const early = await Promise.race([
      text,
      new Promise((resolve) => setTimeout(resolve, 5, "no")),
    ]);
    expect(early).toBe("no");
    report.addFailure({ line: 2 });
    report.end();
    expect(await text).toBe('{"line":1}\n{"line":2}\n');
    expect(await report.taken).toBe(true);
  });

  it("is given up where nobody takes it, once it has begun", async () => {
    let hasLeft = false;
    const onLeave = () => {
      hasLeft = true;
    };
    const report = new ReportStream({ ...BODY, stallTimeoutMs: 20, onLeave });
    const reader = report.body.getReader();
    const first = reader.read();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(hasLeft).toBe(false);
    report.addFailure("x".repeat(100_000));
    report.end();
    expect((await first).value?.length).toBe(64 * 1024);
    expect(await report.taken).toBe(false);
    expect(hasLeft).toBe(true);
  });

  it("says why the upload may not continue, once so many lines failed", () => {
    const report = new ReportStream({ ...BODY, maxFailures: 2 });
    report.addFailure({ line: 1 });
    expect(report.obstacle()).toBeNull();
    report.addFailure({ line: 2 });
    expect(report.obstacle()).toContain("2 lines failed");
  });

  it("says so too once it keeps so many characters", () => {
    const report = new ReportStream({ ...BODY, maxCharacters: 20 });
    report.addFailure({ line: 1 });
    expect(report.obstacle()).toBeNull();
    report.addFailure({ line: 2 });
    expect(report.obstacle()).toContain("2 lines failed");
  });

  it("breaks the upload off when the caller leaves", async () => {
    const report = new ReportStream(BODY);
    await report.body.cancel();
    expect(() => report.obstacle()).toThrow("The caller has left");
    expect(await report.taken).toBe(false);
  });
});
