import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { connectionFailure, mapError } from "../failures/map_error.ts";
import { whilePreparing } from "./while_preparing.ts";

const { NoHostAvailableError, OperationTimedOutError, ResponseError } = cassandra.errors;
const FACTS = { writes: false, idempotent: true };
const SAID = "The statement could not be prepared again: ";

describe("whilePreparing()", () => {
  it("says what happened, and leaves the error as it is", () => {
    const error = new OperationTimedOutError("The host did not reply");
    const told = whilePreparing(error);
    expect(told.message).toBe(`${SAID}The host did not reply`);
    expect(`${told.stack}`).toContain(SAID);
    expect(error.message).toBe("The host did not reply");
    expect(told).toBeInstanceOf(OperationTimedOutError);
  });

  it("says of any write that nothing was changed", () => {
    const lost = Object.assign(new Error("The connection was closed"), { isSocketError: true });
    for (const error of [new OperationTimedOutError("The host did not reply"), lost]) {
      const none = new NoHostAvailableError({ "10.0.0.1:9042": whilePreparing(error) });
      for (const idempotent of [true, false]) {
        expect(mapError(none, { writes: true, idempotent }).detail).toContain(
          "nothing was changed",
        );
      }
    }
  });

  it("tells the operator of that, and not that a statement was not found", () => {
    const lost = Object.assign(new Error("The connection was closed"), { isSocketError: true });
    const forgotten = new ResponseError(0x2500, "Prepared query with ID 0a not found");
    for (
      const [error, code] of [
        [new OperationTimedOutError("The host did not reply"), "timeout"],
        [lost, "unavailable"],
      ] as const
    ) {
      const errors = { "10.0.0.1:9042": whilePreparing(error), "10.0.0.2:9042": forgotten };
      const none = new NoHostAvailableError(errors);
      const mapped = mapError(none, FACTS);
      expect(mapped.code).toBe(code);
      expect(`${(mapped.cause as Error).stack}`).toContain(SAID);
      expect(connectionFailure(none)).toContain(`10.0.0.1:9042: ${SAID}`);
    }
  });
});
