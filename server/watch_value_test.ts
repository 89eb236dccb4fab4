import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Observation } from "../observe/observation.ts";
import { eventually } from "../tests/support/eventually.ts";
import { watchValue } from "./watch_value.ts";

const INTERVAL_MS = 5;

/** A value that a test changes, and what becomes of it. */
function watch() {
  const state = { value: "first", error: null as Error | null, refusal: null as Error | null };
  const applied: string[] = [];
  const said: string[] = [];
  const isOk: boolean[] = [];
  let reads = 0;
  const stop = watchValue({
    what: "the words",
    files: "api_certificate",
    initial: "first",
    read() {
      reads++;
      if (state.error !== null) throw state.error;
      return state.value;
    },
    apply(value) {
      if (state.refusal !== null) return Promise.reject(state.refusal);
      applied.push(value);
      return Promise.resolve();
    },
  }, {
    intervalMs: INTERVAL_MS,
    observe: (observation: Observation) => {
      if (observation.kind === "notice") said.push("took over");
      if (observation.kind === "files") isOk.push(observation.ok);
      if (observation.kind === "warning") said.push(String(observation.cause));
    },
  });
  /** Waits until it has looked several times. */
  const look = async () => {
    const until = reads + 3;
    await eventually("it has looked", () => reads >= until);
  };
  return { state, applied, said, isOk, look, stop };
}

describe("watchValue()", () => {
  it("takes over a value that has changed, once", async () => {
    const { state, applied, said, look, stop } = watch();
    await look();
    expect(applied).toEqual([]);
    state.value = "second";
    await look();
    state.value = "third";
    await look();
    stop();
    expect([applied, said]).toEqual([["second", "third"], ["took over", "took over"]]);
  });

  it("tries again with a value that could not be used, and says why once", async () => {
    const { state, applied, said, look, stop } = watch();
    state.value = "second";
    state.refusal = new Error("wrong");
    await look();
    await look();
    expect([applied, said]).toEqual([[], ["Error: wrong"]]);
    state.refusal = null;
    await look();
    stop();
    expect([applied, said]).toEqual([["second"], ["Error: wrong", "took over"]]);
  });

  it("says that nothing works, whatever the reason is each time", async () => {
    const { state, said, isOk, look, stop } = watch();
    state.value = "second";
    let attempts = 0;
    Object.defineProperty(state, "refusal", { get: () => new Error(`wrong ${++attempts}`) });
    await look();
    expect(said[0]).toMatch(/^Error: wrong \d+$/);
    expect(isOk).toEqual([false]);
    state.value = "first";
    await look();
    stop();
    expect(isOk).toEqual([false, true]);
  });

  it("goes on after a file that cannot be read", async () => {
    const { state, applied, said, look, stop } = watch();
    state.error = new Error("half a file");
    await look();
    state.error = null;
    await look();
    state.error = new Error("half a file");
    await look();
    stop();
    expect([applied, said]).toEqual([[], ["Error: half a file", "Error: half a file"]]);
  });

  it("looks no more once it is stopped", async () => {
    const { state, applied, look, stop } = watch();
    await look();
    stop();
    state.value = "second";
    await new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL_MS));
    expect(applied).toEqual([]);
  });
});
