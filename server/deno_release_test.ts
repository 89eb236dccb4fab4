import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { assertRuntime } from "./deno_release.ts";

describe("assertRuntime()", () => {
  for (const version of ["2.9.6", "2.9.10", "2.10.0", "3.0.0", "10.0.0"]) {
    it(`takes Deno ${version}`, () => assertRuntime(version));
  }
  for (const version of ["2.9.5", "2.8.2", "1.46.3"]) {
    it(`refuses Deno ${version}, and says what to do`, () => {
      expect(() => assertRuntime(version)).toThrow(/^Cannot run on Deno .*: run "deno upgrade"/);
    });
  }
  it("takes the one that runs this", () => assertRuntime());
});
