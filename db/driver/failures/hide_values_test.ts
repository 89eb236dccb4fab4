import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { hideValues } from "./hide_values.ts";

const { functionFailure, invalid, readFailure, serverError, syntaxError } =
  cassandra.types.responseErrorCodes;

const { ResponseError } = cassandra.errors;

describe("hideValues()", () => {
  const TOLD: readonly [code: number, message: string, hidden: string][] = [
    [
      invalid,
      "In call to function system.blob_as_int, value 0x73336372657400 is not a valid binary representation for type int",
      "In call to function system.blob_as_int, value a blob is not a valid binary representation for type int",
    ],
    [
      functionFailure,
      `execution of 'ks.f[text]' failed: java.lang.NumberFormatException: For input string: "s3cret"`,
      "execution of 'ks.f[text]' failed: java.lang.NumberFormatException",
    ],
    [
      functionFailure,
      "execution of 'ks.f[text]' failed: org.acme.Refused: s3cret",
      "execution of 'ks.f[text]' failed: org.acme.Refused",
    ],
    [
      functionFailure,
      "execution of 'ks.f[text]' failed: s3cret",
      "execution of 'ks.f[text]' failed",
    ],
    [
      functionFailure,
      "the operation 'int / int' failed: / by zero",
      "the operation 'int / int' failed: / by zero",
    ],
    [
      readFailure,
      "3 nodes scanned over 1000 tombstones and aborted the query SELECT * FROM ks.t WHERE name = 's3cret (see x' LIMIT 5 (see tombstone_failure_threshold)",
      "3 nodes scanned over 1000 tombstones and aborted the query (see tombstone_failure_threshold)",
    ],
    [
      serverError,
      "java.lang.RuntimeException: cannot read s3cret\nand more",
      "java.lang.RuntimeException",
    ],
    [serverError, `the value 's3cret' or "s3cret"`, "the value a value or a value"],
  ];
  for (const [code, message, hidden] of TOLD) {
    it(`leaves "${hidden}"`, () => {
      const error = Object.assign(new ResponseError(code, message), { traceId: "a" });
      const told = hideValues(error) as Error;
      expect(told.message).toBe(hidden);
      expect(told.stack).toContain(hidden);
      expect(told.stack).not.toContain("s3cret");
      expect(told).toBeInstanceOf(ResponseError);
      expect(told).toMatchObject({ code, name: "ResponseError", traceId: "a" });
      expect(error.message).toBe(message);
    });
  }

  it("takes linear time, whatever values are in the words", () => {
    // Sixteen times what a node can send; in quadratic time, the test would take ten minutes.
    const LONG = 1_000_000;
    for (const value of ["0x", "a", "a.", "'", "x'", " (see ", "Exception", ": "]) {
      const long = value.repeat(LONG / value.length);
      for (const before of ["value ", "execution of 'f' failed: ", "aborted the query "]) {
        const told = hideValues(new ResponseError(functionFailure, `${before}${long}`)) as Error;
        expect(told.message.slice(0, 5)).toBe(before.slice(0, 5));
      }
    }
  });

  it("leaves failures as they are that are told without values", () => {
    const message = "Keyspace 'ks' does not exist";
    const errors = [
      new ResponseError(invalid, message),
      new ResponseError(syntaxError, message),
      new Error("read 's3cret'"),
    ];
    for (const error of [...errors, undefined]) expect(hideValues(error)).toBe(error);
  });
});
