import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Interruption } from "./interruption.ts";
import { MigrationError } from "../files/migrations.ts";

function watched() {
  const ends: string[] = [];
  return { ends, interruption: new Interruption(() => ends.push("end")) };
}

describe("Interruption", () => {
  it("ends at once where there is nothing to put right", async () => {
    const { ends, interruption } = watched();
    await interruption.during(() => Promise.resolve());
    interruption.request();
    expect(ends).toEqual(["end"]);
  });

  it("stops work where it may be stopped, and nowhere else", async () => {
    const { ends, interruption } = watched();
    const done: string[] = [];
    const work = interruption.during(async () => {
      interruption.assertNone("the first step");
      interruption.request();
      await Promise.resolve();
      done.push("the first step");
      interruption.assertNone("the second step");
      done.push("the second step");
    });
    const error = await work.then(() => null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(MigrationError);
    expect(String(error)).toContain("Stopped by a signal before the second step: ");
    expect([done, ends]).toEqual([["the first step"], []]);
  });

  it("ends at once if it is asked a second time", async () => {
    const { ends, interruption } = watched();
    await interruption.during(() => {
      interruption.request();
      expect(ends).toEqual([]);
      interruption.request();
      return Promise.resolve();
    });
    expect(ends).toEqual(["end"]);
  });
});
