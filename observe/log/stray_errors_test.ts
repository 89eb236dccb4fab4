import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";

// In a process of its own: the runner of the tests takes such errors for failures of the tests.
const PROGRAM = `
import { EventEmitter } from "node:events";
import { logStrayErrors } from "${new URL("./stray_errors.ts", import.meta.url)}";

logStrayErrors((message, { cause }) => console.log(message, cause.split("\\n", 1)[0]));
Promise.reject(new Error("of a promise"));
setTimeout(() => { throw new Error("of a timer"); });
queueMicrotask(() => new EventEmitter().emit("error", new Error("of an emitter")));
setTimeout(() => console.log("It goes on"), 50);
`;

describe("logStrayErrors()", () => {
  it("logs errors that nobody catches, and the process goes on", async () => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", PROGRAM],
      env: { NO_COLOR: "1" },
      stderr: "inherit",
    }).output();
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    expect(lines.toSorted()).toEqual([
      "It goes on",
      "Uncaught exception: {cause} Error: of a timer",
      "Uncaught exception: {cause} Error: of an emitter",
      "Unhandled rejection: {cause} Error: of a promise",
    ]);
    expect([lines.at(-1), success]).toEqual(["It goes on", true]);
  });
});
