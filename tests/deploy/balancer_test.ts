/**
 * The load balancer that ships, in front of two replicas: what it ends that the service cannot, since its
 * runtime has no timeout for it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { readConfig } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import { promptly } from "../support/eventually.ts";
import { startBalancer } from "./balancer.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const stack = new AsyncDisposableStack();
let service: TestService;
let port: number;

before(async () => {
  service = stack.use(await startTestService({ cqlDir: EXAMPLE }));
  const second: Service = await start(readConfig(service.env));
  stack.defer(() => second.close());
  await second.ready;
  port = stack.use(await startBalancer([service.url, second.url])).port;
});
after(() => stack.disposeAsync());

/** Sends no more than this, and gives what comes back until the end. */
async function sendPart(text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

describe("the balancer", () => {
  it("serves what the replicas serve", async () => {
    const response = await service.request(`http://127.0.0.1:${port}/stations`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it("lets through a head that is as large as the service takes", async () => {
    const url = `http://127.0.0.1:${port}/stations?limit=1`;
    const headers = { "x-large": "a".repeat(30_000) };
    const response = await service.request(url, { headers });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    // The service's own answer: what it does not know is a mistake.
    const long = await service.request(`${url}&unknown=${"a".repeat(15_900)}`);
    expect([long.status, (await long.json()).code]).toEqual([422, "invalid_input"]);
  });

  const PARTS: [what: string, text: string][] = [
    ["headers that are sent in half", "GET /stations HTTP/1.1\r\nHost: cqlgate\r\nX-Half: "],
    ["a request line that is sent in half", "GET /stat"],
    ["a connection on which nothing is sent", ""],
  ];
  it("ends what never becomes a request, and serves others meanwhile", async () => {
    const ends = PARTS.map(([, text]) => sendPart(text));
    const response = await service.request(`http://127.0.0.1:${port}/stations`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
    // Within a minute, after which it would end a connection that is silent for any reason.
    const answers = await promptly("they are ended", Promise.all(ends));
    for (const [index, answer] of answers.entries()) {
      const [what] = PARTS[index]!;
      expect([what, answer]).toEqual([what, expect.stringMatching(/^HTTP\/1\.1 408 /)]);
    }
  });
});
