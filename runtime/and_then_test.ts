import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { andThen } from "./and_then.ts";

describe("andThen()", () => {
  it("goes on at once with what is there", () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
  });

  it("waits for what is not", async () => {
    const waiting = andThen(Promise.resolve(1), (value) => value + 1);
    expect(waiting).toBeInstanceOf(Promise);
    expect(await waiting).toBe(2);
  });

  it("does not go on after a failure", async () => {
    let goesOn = false;
    const failed = andThen(Promise.reject(new TypeError("no")), () => {
      goesOn = true;
    });
    await expect(failed).rejects.toThrow("no");
    expect(goesOn).toBe(false);
  });
});
