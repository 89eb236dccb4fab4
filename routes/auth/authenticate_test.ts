import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Context } from "hono";
import type { Code } from "../../errors/codes.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { LoadReading } from "../../observe/metrics/readings.ts";
import type { AppEnv } from "../context.ts";
import { createLoad, type LoadSettings } from "../load/load.ts";
import { authenticate } from "./authenticate.ts";

const SETTINGS: LoadSettings = {
  maxInFlight: 4,
  maxInFlightPerCaller: null,
  inFlightLimit: "fixed",
  maxStreams: 1,
  maxStreamsPerRoute: null,
  maxUnreadBytes: 1,
  requestTimeoutMs: 1_000,
};
const NOTHING = { too_busy: 0, too_many_in_flight: 0, too_many_streams: 0 };

/** Sends a token that an authenticator refuses. @returns what the load has counted */
async function refusedWith(code: Code): Promise<LoadReading["shed"]> {
  const load = createLoad(SETTINGS);
  const refusal = new ServiceError(code, "Refused");
  const { enter } = authenticate({
    authenticator: {
      recall: () => null,
      authenticate: () => Promise.reject(refusal),
      cacheReading: () => ({ hits: 0, misses: 0, shared: 0, entries: 0, bytes: 0 }),
      warmUp: () => Promise.resolve(),
      close: () => {},
    },
    possession: {
      schemes: ["Bearer"],
      assertProven() {},
      tellClients: () => ({ name: "tellClients" }),
    },
    addressOf: () => "192.0.2.1",
    load,
  });
  const headers = new Headers({ authorization: "Bearer a.b.c" });
  const context = { get: () => ({ headers }), req: { raw: new Request("http://a/", { headers }) } };
  await expect(enter!(context as unknown as Context<AppEnv>)).rejects.toBe(refusal);
  return load.read().shed;
}

describe("authenticate()", () => {
  for (const code of ["too_busy", "too_many_in_flight"] as const) {
    it(`counts "${code}" while a token waits to be checked as a refusal for the load`, async () => {
      expect(await refusedWith(code)).toEqual({ ...NOTHING, [code]: 1 });
    });
  }

  it("counts no other refusal", async () => {
    expect(await refusedWith("invalid_token")).toEqual(NOTHING);
  });
});
