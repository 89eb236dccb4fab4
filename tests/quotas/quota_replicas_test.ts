/**
 * Quotas held under load by two replicas: processes of their own, which know of each other only by
 * `REPLICAS`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually, untilReady } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";

/** Few enough that even a slow machine asks for more. */
const PER_SECOND = 5;
const BURST = 20;
/** Requests that the greedy tenant has under way at each replica. */
const AT_ONCE = 3;
/** Fewer than the burst, with those before the load. */
const MODEST_REQUESTS = 10;

const stack = new AsyncDisposableStack();
let service: TestService;
let replicas: ServiceProcess[];

before(async () => {
  service = stack.use(await startTestService({ cqlDir: EXAMPLE }));
  const env = {
    ...service.env,
    RATE_LIMIT: `${PER_SECOND}/s burst=${BURST} per=claim:tenant`,
    REPLICAS: "2",
  };
  replicas = await Promise.all([spawnService(env), spawnService(env)]);
  for (const replica of replicas) {
    stack.use(replica);
    await untilReady(replica.url);
  }
});
after(() => stack.disposeAsync());

interface Outcome {
  readonly status: number;
  readonly retryAfter: string | null;
}

async function ask({ url }: ServiceProcess, user: string): Promise<Outcome> {
  const response = await service.request(`${url}/stations`, { user });
  await response.body?.cancel();
  return { status: response.status, retryAfter: response.headers.get("retry-after") };
}

describe("A quota of two replicas", () => {
  it("lets through no more than the rate and the burst, and hurts nobody else", async () => {
    for (const replica of replicas) {
      for (const user of ["writer", "reader"]) await ask(replica, user);
    }
    const startedAt = performance.now();
    const outcomes: Outcome[] = [];
    const count = (status: number) => outcomes.filter((each) => each.status === status).length;
    let isOver = false;
    const greedy = replicas.flatMap((replica) =>
      Array.from({ length: AT_ONCE }, async () => {
        while (!isOver) outcomes.push(await ask(replica, "writer"));
      })
    );
    const modest: number[] = [];
    try {
      await eventually("some are refused", () => count(429) >= 10);
      for (let turn = 0; turn < MODEST_REQUESTS; turn++) {
        modest.push((await ask(replicas[turn % replicas.length]!, "reader")).status);
      }
      // A quota that lets nothing through any more holds, too.
      await eventually("the rate lets some through", () => count(200) > BURST + 10);
    } finally {
      isOver = true;
    }
    await Promise.all(greedy);
    const seconds = (performance.now() - startedAt) / 1_000;

    expect(count(200) + count(429)).toBe(outcomes.length);
    expect(count(200)).toBeLessThanOrEqual(PER_SECOND * seconds + BURST);
    const refused = outcomes.filter(({ status }) => status === 429);
    expect(refused.map(({ retryAfter }) => retryAfter)).toEqual(refused.map(() => "1"));
    expect(modest).toEqual(Array(MODEST_REQUESTS).fill(200));
  });
});
