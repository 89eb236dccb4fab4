import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { whilePreparing } from "../internals/while_preparing.ts";
import { hideValues } from "./hide_values.ts";

const {
  functionFailure,
  invalid,
  overloaded,
  protocolError,
  readFailure,
  serverError,
  syntaxError,
  unauthorized,
  unavailableException,
  readTimeout,
  writeTimeout,
} = cassandra.types.responseErrorCodes;

const { ResponseError } = cassandra.errors;

const CQLSH = "left out: the same statement in cqlsh shows them";
const LOG = "left out: the log of the node has them";

describe("hideValues()", () => {
  const TOLD: readonly [code: number, message: string, hidden: string][] = [
    [
      invalid,
      "In call to function system.blob_as_int, value 0x73336372657400 is not a valid binary representation for type int",
      `In call to function system.blob_as_int, value … is not a valid binary representation for type int (values ${CQLSH})`,
    ],
    [
      functionFailure,
      `execution of 'ks.f[text]' failed: java.lang.NumberFormatException: For input string: "s3cret"`,
      `execution of 'ks.f[text]' failed: java.lang.NumberFormatException (values ${CQLSH})`,
    ],
    [
      functionFailure,
      "execution of 'ks.f[text]' failed: org.acme.s3cret: s3cret",
      `execution of 'ks.f[text]' failed (values ${CQLSH})`,
    ],
    [
      functionFailure,
      "execution of 'ks.f[text]' failed: ada.s3cret",
      `execution of 'ks.f[text]' failed (values ${CQLSH})`,
    ],
    [
      functionFailure,
      "execution of 'ks.f[text]' failed: java.s3cret",
      `execution of 'ks.f[text]' failed (values ${CQLSH})`,
    ],
    [
      functionFailure,
      "execution of 'ks.f[text]' failed: s3cret",
      `execution of 'ks.f[text]' failed (values ${CQLSH})`,
    ],
    [
      functionFailure,
      "execution of 'system.from_json[text]' failed: Could not decode JSON string 's3cret': s3cret",
      `execution of 'system.from_json[text]' failed: Could not decode JSON string (values ${CQLSH})`,
    ],
    [
      functionFailure,
      "the operation 'int / int' failed: s3cret",
      `the operation 'int / int' failed (values ${CQLSH})`,
    ],
    [
      readFailure,
      "3 nodes scanned over 1000 tombstones and aborted the query SELECT * FROM ks.t WHERE name = 's3cret (see x' LIMIT 5 (see tombstone_failure_threshold)",
      `3 nodes scanned over 1000 tombstones and aborted the query …(see tombstone_failure_threshold) (values ${CQLSH})`,
    ],
    [
      overloaded,
      "Replica filtering protection has cached over 32000 rows during query SELECT * FROM ks.t WHERE name = 's3cret'. (See 'cached_replica_rows_fail_threshold' in cassandra.yaml.)",
      `Replica filtering protection has cached over 32000 rows during query …(See 'cached_replica_rows_fail_threshold' in cassandra.yaml.) (values ${CQLSH})`,
    ],
    [
      invalid,
      "Guardrail collection_size violated: Detected collection s3cret of size 5",
      `Guardrail collection_size violated (values ${CQLSH})`,
    ],
    [
      invalid,
      "Rejected an oversized mutation (9/5) for keyspace: ks. Top keys are: t.s3cret",
      `Rejected an oversized mutation (9/5) for keyspace: ks (values ${CQLSH})`,
    ],
    [
      serverError,
      "java.lang.RuntimeException: java.io.IOException: cannot read s3cret\nand more\n    at s3cret",
      `java.lang.RuntimeException: java.io.IOException (values ${LOG})`,
    ],
    [
      serverError,
      "cannot read s3cret",
      `Cassandra's error serverError: words that may have values ${LOG}`,
    ],
    [
      syntaxError,
      "Syntax error parsing 's3cret'",
      `Cassandra's error syntaxError: words that may have values ${CQLSH}`,
    ],
    [0x1700, "s3cret", `Cassandra's error 0x1700: words that may have values ${CQLSH}`],
    // Only the beginning of a text says what it is.
    [
      invalid,
      "s3cret: Keyspace 'ks' does not exist",
      `Cassandra's error invalid: words that may have values ${CQLSH}`,
    ],
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

  it("names the function that failed, where its exception does not", () => {
    const said = ["java.lang.IllegalStateException: s3cret", "s3cret"].map((message) => {
      const error = Object.assign(new ResponseError(functionFailure, message), {
        ...{ keyspace: "ks", functionName: "f" },
      });
      return (hideValues(error) as Error).message;
    });
    expect(said).toEqual([
      `java.lang.IllegalStateException in function ks.f (values ${CQLSH})`,
      `Cassandra's error functionFailure in function ks.f: words that may have values ${CQLSH}`,
    ]);
  });

  it("names the node whose log has the words", () => {
    const error = Object.assign(new ResponseError(serverError, "s3cret"), {
      coordinator: "127.0.0.1:9042",
    });
    expect((hideValues(error) as Error).message)
      .toMatch(/: the log of node 127\.0\.0\.1:9042 has them$/);
  });

  it("takes linear time, whatever values are in the words", () => {
    // Sixteen times what a node can send; in quadratic time, the test would take ten minutes.
    const LONG = 1_000_000;
    const values = ["0x", "a", "a.", "'", "x'", " (see ", "(See ", "Exception", "java.a", ": "];
    const beginnings = [
      "value ",
      "execution of 'f' failed: ",
      "execution of '",
      "the operation '",
      "In call to function f, value 0x",
      "3 nodes scanned over 5 tombstones and aborted the query ",
      "Replica filtering protection has cached over 5 rows during query ",
      "Rejecting mutation to keyspace ks. Free up space in ",
      "java.lang.Error: java.lang.",
      "Too many in flight hints: 5 destination: ",
    ];
    for (const value of values) {
      const long = value.repeat(LONG / value.length);
      for (const before of beginnings) {
        const told = hideValues(new ResponseError(functionFailure, `${before}${long}`)) as Error;
        expect(told.message.length).toBeLessThan(1_000);
      }
    }
  });

  const KEPT: readonly [code: number, message: string][] = [
    [
      unavailableException,
      "Not enough replicas available for query at consistency QUORUM (2 required but only 1 alive)",
    ],
    [
      readTimeout,
      "Server timeout during read query at consistency LOCAL_QUORUM (1 replica(s) responded over 2 required)",
    ],
    [
      readTimeout,
      "Server timeout during read query at consistency ONE (the replica queried for the data didn't respond)",
    ],
    [
      writeTimeout,
      "Server timeout during write query at consistency LOCAL_QUORUM (1 peer(s) acknowledged the write over 2 required)",
    ],
    [
      readFailure,
      "Server failure during read query at consistency ONE (1 responses were required but only 0 replicas responded, 1 failed)",
    ],
    [0x1700, "CAS operation result is unknown - proposal accepted by 1 but not a quorum."],
    [overloaded, "Query timed out before it could start"],
    [
      overloaded,
      "Request breached global limit of 100 requests/second and triggered backpressure.",
    ],
    [
      overloaded,
      "Too many in flight hints: 9 destination: /10.0.0.1:7000 destination hints: 5",
    ],
    [
      unauthorized,
      "User api has no SELECT permission on <table ks.t> or any of its parents",
    ],
    [functionFailure, "the operation 'int / int' failed: / by zero"],
    [functionFailure, "execution of 'ks.f[text]' failed: java.lang.NullPointerException"],
    [invalid, "Keyspace 'ks' does not exist"],
    [
      serverError,
      "java.lang.IllegalArgumentException: Unknown CF 9e4f5c70-0d5e-11f0-8d63-2f5b6f6f7a11",
    ],
    [protocolError, "Invalid value for the paging state"],
  ];
  for (const [code, message] of KEPT) {
    it(`keeps "${message}"`, () => {
      const error = new ResponseError(code, message);
      expect(hideValues(error)).toBe(error);
    });
  }

  it("leaves failures as they are that no values were sent for, and those of others", () => {
    const errors = [
      whilePreparing(new ResponseError(syntaxError, "line 1:7 no viable alternative at 's3cret'")),
      new Error("read 's3cret'"),
      undefined,
    ];
    for (const error of errors) expect(hideValues(error)).toBe(error);
  });
});
