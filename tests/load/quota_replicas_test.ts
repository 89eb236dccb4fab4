/**
 * Quotas held under load by two replicas: processes of their own, which know of each other by `REPLICAS`
 * alone.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { untilReady } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";

const PER_SECOND = 40;
const BURST = 20;
const LOAD_MS = 3_000;
/** Requests that the greedy tenant has under way at each replica. */
const AT_ONCE = 3;
const MODEST_PAUSE_MS = 150;

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

/** Asks again and again until the load is over. */
async function load(
  user: string,
  { replica, pauseMs }: { replica: () => ServiceProcess; pauseMs: number },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + LOAD_MS;
  while (performance.now() < end) {
    outcomes.push(await ask(replica(), user));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return outcomes;
}

describe("A quota of two replicas", () => {
  it("lets through no more than the rate and the burst, and hurts nobody else", async () => {
    for (const replica of replicas) {
      for (const user of ["writer", "reader"]) await ask(replica, user);
    }
    const startedAt = performance.now();
    let turn = 0;
    const [modest, ...greedy] = await Promise.all([
      load("reader", {
        replica: () => replicas[turn++ % replicas.length]!,
        pauseMs: MODEST_PAUSE_MS,
      }),
      ...replicas.flatMap((replica) =>
        Array.from(
          { length: AT_ONCE },
          () => load("writer", { replica: () => replica, pauseMs: 5 }),
        )
      ),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;

    const outcomes = greedy.flat();
    const admitted = outcomes.filter(({ status }) => status === 200).length;
    const refused = outcomes.filter(({ status }) => status === 429);
    expect(admitted + refused.length).toBe(outcomes.length);
    expect(refused.length).toBeGreaterThan(0);
    expect(admitted).toBeLessThanOrEqual(PER_SECOND * seconds + BURST);
    // A quota that lets nothing through holds, too.
    expect(admitted).toBeGreaterThan(PER_SECOND * LOAD_MS / 1_000 / 3);
    expect(refused.map(({ retryAfter }) => retryAfter)).toEqual(refused.map(() => "1"));

    expect(modest.length).toBeGreaterThan(2);
    expect(modest.map(({ status }) => status)).toEqual(modest.map(() => 200));
  });
});
