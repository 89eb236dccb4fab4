import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { ServiceError } from "../../../errors/service_error.ts";
import { whenServed } from "./when_served.ts";

const { ResponseError } = cassandra.errors;
const { responseErrorCodes: codes } = cassandra.types;

/** Fails with an error a number of times, then succeeds. */
function failing(error: Error, times: number): () => Promise<number> {
  let runs = 0;
  return () => ++runs > times ? Promise.resolve(runs) : Promise.reject(error);
}

describe("whenServed()", () => {
  const UNSERVED = [
    [codes.invalid, "unconfigured table cqlgate_leases"],
    [codes.invalid, "Table 'cqlgate_leases' does not exist"],
    [codes.invalid, "Keyspace 'shop' doesn't exist"],
    [codes.configError, "Keyspace 'shop' doesn't exist"],
    [codes.serverError, "java.lang.RuntimeException: Unknown CF 8a5d…"],
    [codes.readFailure, "Server failure during read query at consistency QUORUM"],
    [codes.readTimeout, "Server timeout during read query at consistency QUORUM"],
    [codes.writeTimeout, "Server timeout during write query at consistency SERIAL"],
    [codes.unavailableException, "Not enough replicas available for query"],
    [0x1700, "CAS operation result is unknown"],
    [codes.writeFailure, "Server failure during write query at consistency SERIAL"],
  ] as const;
  const PASSING = [
    ...UNSERVED.map(([code, message]) => new ResponseError(code, message)),
    Object.assign(new Error("Socket was closed"), { isSocketError: true }),
    new cassandra.errors.NoHostAvailableError({}, "All hosts are down"),
    new ServiceError("unavailable", "Cassandra is unreachable"),
  ];
  for (const error of PASSING) {
    it(`tries again after "${error.message}"`, async () => {
      expect(await whenServed(failing(error, 1))).toBe(2);
    });
  }

  const OTHER = [
    new ResponseError(codes.syntaxError, "line 1:0 no viable alternative at input 'SELEC'"),
    new ResponseError(codes.unauthorized, "User cqlgate has no SELECT permission"),
    new ResponseError(codes.alreadyExists, "Table 'shop.notes' already exists"),
    new ResponseError(codes.overloaded, "Too many requests in flight"),
    new Error("Table 'cqlgate_leases' does not exist"),
  ];
  for (const error of OTHER) {
    it(`throws "${error.message}" at once`, async () => {
      await expect(whenServed(failing(error, 1))).rejects.toBe(error);
    });
  }

  it("throws what goes on for too long", async () => {
    const error = new ResponseError(codes.readFailure, "Server failure during read query");
    await expect(whenServed(failing(error, Infinity), { patienceMs: 250 })).rejects.toBe(error);
  });
});
