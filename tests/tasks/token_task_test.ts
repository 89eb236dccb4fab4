import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { freePort } from "../../dev/ports.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { runTask } from "../support/programs.ts";

let service: TestService & AsyncDisposable;
before(async () => {
  const port = `${freePort()}`;
  const env = { PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}`, DPOP: "required" };
  service = await startTestService({ cqlDir: EXAMPLE, env });
});
after(() => service?.[Symbol.asyncDispose]());

describe("deno task token --dpop", () => {
  it("says what to do where the service takes no proofs, or the request is not one", async () => {
    const env = { OIDC_ISSUER: service.provider.issuer };
    const requests = {
      [`GET ${service.url}/livez`]: /Cannot get a nonce .* it answers 200/,
      [`get ${service.url}/stations`]: /write the request as "GET http/,
      "/stations": /write the request as "GET http/,
    };
    for (const [request, expected] of Object.entries(requests)) {
      const run = await runTask("token", { env, args: ["--user", "reader", "--dpop", request] });
      expect([request, run.code, run.stdout]).toEqual([request, 1, ""]);
      expect(run.stderr).toMatch(expected);
    }
  });

  it("prints the headers of one request that is bound to a key", async () => {
    const url = `${service.url}/stations`;
    const env = { OIDC_ISSUER: service.provider.issuer };
    const run = await runTask("token", { env, args: ["--user", "reader", "--dpop", `GET ${url}`] });
    const headers = Object.fromEntries(
      run.stdout.trim().split("\n").map((line) => line.split(": ", 2)),
    );
    expect(Object.keys(headers)).toEqual(["Authorization", "DPoP"]);
    const statuses: number[] = [];
    for (const path of [`${url}/hill`, url, url]) {
      const response = await fetch(path, { headers });
      await response.body?.cancel();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([401, 200, 401]);
  });
});
