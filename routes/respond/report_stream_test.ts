import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ReportStream } from "./report_stream.ts";

describe("ReportStream", () => {
  it("gives every line, when it ends", async () => {
    const report = new ReportStream();
    report.add({ line: 1 });
    const text = new Response(report.body).text();
    const early = await Promise.race([
      text,
      new Promise((resolve) => setTimeout(resolve, 5, "no")),
    ]);
    expect(early).toBe("no");
    report.add({ line: 2 });
    report.end();
    expect(await text).toBe('{"line":1}\n{"line":2}\n');
    expect(await report.taken).toBe(true);
  });

  it("says why the upload may not continue, once so many lines failed", () => {
    const report = new ReportStream({ maxLines: 2 });
    report.add({ line: 1 });
    expect(report.obstacle()).toBeNull();
    report.add({ line: 2 });
    expect(report.obstacle()).toContain("2 lines failed");
  });

  it("says so too once it keeps so many characters", () => {
    const report = new ReportStream({ maxCharacters: 20 });
    report.add({ line: 1 });
    expect(report.obstacle()).toBeNull();
    report.add({ line: 2 });
    expect(report.obstacle()).toContain("2 lines failed");
  });

  it("breaks the upload off when the caller leaves", async () => {
    const report = new ReportStream();
    await report.body.cancel();
    expect(() => report.obstacle()).toThrow("The caller has left");
    expect(await report.taken).toBe(false);
  });
});
