import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import process from "node:process";
import { within } from "./within.ts";

describe("within()", () => {
  it("settles with the promise, and waits no longer than it may", async () => {
    await within(Promise.resolve(), 60_000);
    await expect(within(Promise.reject(new Error("no")), 60_000)).rejects.toThrow("no");
    await within(new Promise(() => {}), 1);
  });

  it("waits for nothing, and the runtime warns of nothing, where the time is over", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    await within(new Promise(() => {}), -5);
    await new Promise((resolve) => setTimeout(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});
