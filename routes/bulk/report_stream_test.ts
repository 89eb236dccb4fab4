import { describe, it } from "@std/testing/bdd";
import { expect } from "@std/expect";
import { ReportStream } from "./report_stream.ts";

const MAX_KEPT = 3;

function fill(report: ReportStream): void {
  for (let line = 1; line <= MAX_KEPT; line++) report.add({ line });
}

describe("ReportStream", () => {
  it("gives every line, and ends", async () => {
    const report = new ReportStream();
    report.add({ line: 1 });
    const text = new Response(report.body).text();
    await Promise.resolve();
    report.add({ line: 2 });
    report.end();
    expect(await text).toBe('{"line":1}\n{"line":2}\n');
    expect(await report.taken).toBe(true);
  });

  it("gives a line before the next is there", async () => {
    const report = new ReportStream();
    const reader = report.body.getReader();
    const reading = reader.read();
    report.add({ line: 1 });
    expect(new TextDecoder().decode((await reading).value)).toBe('{"line":1}\n');
    await reader.cancel();
  });

  it("lets the upload go on while the caller reads", async () => {
    const report = new ReportStream({ maxKept: MAX_KEPT, patienceMs: 60_000 });
    expect(report.hold()).toBe(null);
    fill(report);
    const held = report.hold();
    expect(held).not.toBe(null);
    const reader = report.body.getReader();
    await reader.read();
    expect(await held).toBe(null);
    expect(report.hold()).toBe(null);
    await reader.cancel();
  });

  it("holds the upload where nobody reads, and then says why it stops", async () => {
    const report = new ReportStream({ maxKept: MAX_KEPT, patienceMs: 1 });
    fill(report);
    expect(await report.hold()).toContain("3 failures wait to be read");
    report.end();
    expect((await new Response(report.body).text()).split("\n")).toHaveLength(MAX_KEPT + 1);
  });

  it("breaks the upload off when the caller leaves", async () => {
    const report = new ReportStream({ maxKept: MAX_KEPT, patienceMs: 60_000 });
    fill(report);
    const held = report.hold();
    await report.body.cancel();
    await expect(held).rejects.toThrow("The caller has left");
    await expect(report.hold()).rejects.toThrow("The caller has left");
    expect(await report.taken).toBe(false);
  });
});
