import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import type { Code } from "../../../errors/codes.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { SchemaChangedError } from "../schema_watch/schema_changed.ts";
import { connectionFailure, mapError, type StatementFacts } from "./map_error.ts";

const { errors, types: { responseErrorCodes: responses } } = cassandra;

/** A statement of each sort, in the order of the columns below. */
const SORTS: [string, StatementFacts][] = [
  ["a read", { writes: false, idempotent: true }],
  ["an idempotent write", { writes: true, idempotent: true }],
  ["another write", { writes: true, idempotent: false }],
];

const SECRET = "org.apache.cassandra.exceptions.SecretException";

function response(code: number, message = SECRET): Error {
  return new errors.ResponseError(code, message);
}

function socketError(): Error {
  return Object.assign(new Error("ECONNRESET 10.0.0.7:9042"), { isSocketError: true });
}

/** The driver's, for a request that was still waiting to be sent. */
function unsent(): Error {
  return Object.assign(socketError(), { requestNotWritten: true });
}

function behindHosts(...reasons: Error[]): Error {
  const hosts = reasons.map((reason, index) => [`10.0.0.${index}:9042`, reason]);
  return new errors.NoHostAvailableError(Object.fromEntries(hosts));
}

const timedOut = () => new errors.OperationTimedOutError("10.0.0.7:9042 did not reply", "10.0.0.7");
const busy = () =>
  new (errors.BusyConnectionError as unknown as {
    new (address: string, maxRequests: number, connections: number): Error;
  })("10.0.0.7:9042", 2048, 1);

type Outcomes = Code | readonly [Code, Code, Code];

const MAYBE_DONE = ["timeout", "timeout", "outcome_unknown"] as const;
const OVERLOADED = ["overloaded", "overloaded", "outcome_unknown"] as const;
const BROKEN_OFF = ["unavailable", "unavailable", "outcome_unknown"] as const;

const CASES: readonly (readonly [string, Error, Outcomes])[] = [
  // A lightweight transaction may be accepted before the commit is found to lack replicas.
  ["unavailable", response(responses.unavailableException), BROKEN_OFF],
  ["bootstrapping", response(responses.isBootstrapping), "unavailable"],
  // So may it be before the commit is found to need too many hints.
  ["overloaded", response(responses.overloaded), OVERLOADED],
  ["a busy connection", busy(), "overloaded"],
  ["a read timeout", response(responses.readTimeout), MAYBE_DONE],
  ["a write timeout", response(responses.writeTimeout), MAYBE_DONE],
  ["no answer in time", timedOut(), MAYBE_DONE],
  ["a read failure", response(responses.readFailure), "replica_failure"],
  ["a write failure", response(responses.writeFailure), "replica_failure"],
  ["a full log of changes", response(0x1600), "replica_failure"],
  ["an unknown end of a lightweight transaction", response(0x1700), MAYBE_DONE],
  ["a function failure", response(responses.functionFailure), "function_failed"],
  [
    "a function of JSON that does not fit",
    response(
      responses.functionFailure,
      "org.apache.cassandra.serializers.MarshalException: Unable to make int from 'v text'",
    ),
    "invalid_input",
  ],
  ["a server error", response(responses.serverError), "replica_failure"],
  ["refused values", response(responses.invalid), "invalid_input"],
  ["a syntax error", response(responses.syntaxError), "internal"],
  ["missing rights", response(responses.unauthorized), "internal"],
  ["a broken connection", socketError(), BROKEN_OFF],
  ["a connection broken before it was used", unsent(), "unavailable"],
  ["no host at all", behindHosts(), "unavailable"],
  ["hosts that were not connected", behindHosts(new Error("Host not available")), "unavailable"],
  ["busy hosts", behindHosts(busy(), new Error("Host not available")), "overloaded"],
  ["hosts of which one was slow", behindHosts(busy(), timedOut()), MAYBE_DONE],
  ["hosts of which one broke off", behindHosts(new Error("away"), socketError()), BROKEN_OFF],
  [
    "hosts of which one answered",
    behindHosts(timedOut(), response(responses.overloaded)),
    OVERLOADED,
  ],
  [
    "a keyspace that another host refuses",
    behindHosts(response(responses.invalid)),
    "internal",
  ],
  [
    "hosts of which one forgot the statement and broke off",
    behindHosts(response(responses.unprepared), socketError()),
    BROKEN_OFF,
  ],
  [
    "a table that is being dropped",
    response(responses.serverError, "java.lang.IllegalArgumentException: Unknown CF 7861e9a0"),
    "schema_changed",
  ],
  [
    "a table that has changed",
    new SchemaChangedError("Its markers are (v text)"),
    "schema_changed",
  ],
  ["anything else", new TypeError("x is not a function"), "internal"],
];

describe("mapError()", () => {
  for (const [what, error, outcomes] of CASES) {
    SORTS.forEach(([sort, facts], index) => {
      const code = typeof outcomes === "string" ? outcomes : outcomes[index]!;
      it(`maps ${what} of ${sort} to ${code}`, () => {
        const mapped = mapError(error, facts);
        expect(mapped.code).toBe(code);
        expect(mapped.cause).toBeInstanceOf(Error);
        expect(mapped.detail).not.toMatch(/10\.0\.0|org\.apache|not a function|v text|Unknown CF/);
      });
    });
  }

  it("blames a cursor only if Cassandra cannot read it, and keeps the reason for the operator", () => {
    const READ = { writes: false, idempotent: true, resumes: true };
    const unreadable = response(responses.protocolError, "Invalid value for the paging state");
    expect(mapError(unreadable, READ)).toMatchObject({ code: "invalid_cursor", cause: unreadable });
    const cql = "SELECT blob_as_int(raw) FROM t WHERE k = :k";
    for (
      const message of ["In call to function system.blob_as_int, value 0x01", "Guardrail x", ""]
    ) {
      const error = response(responses.invalid, message);
      const first = mapError(error, { ...READ, resumes: false, cql });
      const later = mapError(error, { ...READ, cql });
      expect([message, later.code]).toEqual([message, first.code]);
      expect(later.cause).toEqual(first.cause);
      expect(later.cause).toMatchObject({ code: responses.invalid });
    }
  });

  it("tells the operator no value", () => {
    const message = `execution of 'ks.f[text]' failed: java.lang.NumberFormatException: "s3cret"`;
    const { code, cause } = mapError(response(responses.functionFailure, message), {
      writes: false,
      idempotent: true,
    });
    expect(code).toBe("function_failed");
    expect(Deno.inspect(cause)).toContain("NumberFormatException");
    expect(Deno.inspect(cause)).not.toContain("s3cret");
  });

  it("leaves an error of the service as it is", () => {
    const error = new ServiceError("invalid_cursor", "The cursor is another one's");
    expect(mapError(error, { writes: false, idempotent: true })).toBe(error);
  });

  it("tells a caller whose write is lost whether retrying is safe", () => {
    const detailOf = (facts: StatementFacts) => mapError(timedOut(), facts).detail;
    expect(detailOf({ writes: true, idempotent: true })).toMatch(/retrying is safe$/);
    expect(detailOf({ writes: true, idempotent: false })).toMatch(/read before you retry$/);
  });
});

describe("mapError() of a write that was sent before", () => {
  const MAY_BE_THERE = /an earlier attempt may have been carried out: retrying is safe$/;
  const WRITE = { writes: true, idempotent: true };
  const [broken, slow] = [socketError(), response(responses.writeTimeout)];
  const cases: readonly (readonly [string, unknown, Error, Code])[] = [
    ["a node that starts", broken, response(responses.isBootstrapping), "unavailable"],
    ["a node that has too much to do", slow, response(responses.overloaded), "overloaded"],
    ["a table that has changed", broken, new SchemaChangedError("It is gone"), "unavailable"],
    ["values that a node refuses", slow, response(responses.invalid), "timeout"],
    ["a function failure", slow, response(responses.functionFailure), "timeout"],
    ["no other host", slow, behindHosts(new Error("Host not available")), "unavailable"],
    ["a connection broken before it was used", slow, behindHosts(unsent()), "unavailable"],
  ];
  for (const [what, lost, error, code] of cases) {
    it(`does not say that nothing was changed for ${what}`, () => {
      const mapped = mapError(error, { ...WRITE, lost });
      expect(mapped.code).toBe(code);
      expect(mapped.detail).toMatch(MAY_BE_THERE);
      const cause = error instanceof errors.NoHostAvailableError ? expect.any(Error) : error;
      expect(mapped.cause).toEqual(cause);
    });
  }

  it("leaves the only failure as it is, behind other hosts too", () => {
    for (const error of [broken, behindHosts(new Error("Host not available"), broken)]) {
      const { detail } = mapError(error, { ...WRITE, lost: broken });
      expect(detail).toBe(mapError(broken, WRITE).detail);
    }
  });

  it("leaves the failure of a read as it is", () => {
    const error = response(responses.isBootstrapping);
    const facts = { writes: false, idempotent: true };
    expect(mapError(error, { ...facts, lost: broken }).detail).toBe(mapError(error, facts).detail);
  });
});

describe("connectionFailure()", () => {
  it("names each host with its reason", () => {
    expect(connectionFailure(behindHosts(new Error("connection refused"), timedOut()))).toBe(
      "10.0.0.0:9042: connection refused; 10.0.0.1:9042: 10.0.0.7:9042 did not reply",
    );
  });

  it("gives the message of other errors, and anything thrown that is not an Error", () => {
    expect(connectionFailure(new Error("no such data centre"))).toBe("no such data centre");
    expect(connectionFailure("odd")).toBe("odd");
  });
});
