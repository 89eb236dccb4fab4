import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { MigrationError } from "../files/migrations.ts";
import { recording } from "./recording.ts";

describe("recording()", () => {
  const failing = () => Promise.reject(new Error("User cqlgate has no SELECT permission"));

  it("says whether the record could not be written or not be read", async () => {
    await expect(recording(failing())).rejects.toThrow(
      "Cannot record migrations: User cqlgate has no SELECT permission",
    );
    await expect(recording(failing(), "read the record of")).rejects.toThrow(
      "Cannot read the record of migrations: User cqlgate has no SELECT permission",
    );
  });

  it("hands on what is already said to be wrong with migrations", async () => {
    const error = new MigrationError("Cannot continue");
    await expect(recording(Promise.reject(error))).rejects.toBe(error);
  });
});
