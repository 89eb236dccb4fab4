/**
 * What a statement says of itself after several attempts, with nodes that fail as a test says.
 *
 * @module
 */
import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { freePort } from "../../../dev/ports.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { packRow } from "../../../codec/packed/packed_rows.ts";
import {
  EmptyCluster,
  type Misbehaviour,
  type StatementRequest,
} from "../../../tests/support/cassandra/empty_cluster.ts";
import { failure, unprepared, writeTimeout } from "../../../tests/support/cassandra/node_errors.ts";
import { int, short } from "../../../tests/support/cassandra/protocol_values.ts";
import type { PreparedStatement } from "../internals/driver_types.ts";
import { Session } from "../session.ts";

const HOSTNAMES = ["127.0.4.1", "127.0.4.2"];
/** Nothing may have been done, or nobody knows. */
const NOTHING = /nothing was changed/;
const MAYBE = /an earlier attempt may have been carried out: retrying is safe$/;

const unavailable = () =>
  failure(0x1000, "Cannot achieve consistency level", short(6), int(2), int(1));
const overloaded = () => failure(0x1001, "Too many in flight hints");
const bootstrapping = () => failure(0x1002, "The node is bootstrapping");
const invalid = () => failure(0x2200, "unconfigured table t");

describe("a statement that is sent several times", () => {
  let stack: AsyncDisposableStack;
  let cluster: EmptyCluster;
  let session: Session;
  let statement: PreparedStatement;
  let executes: string[];
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    executes = [];
    cluster = stack.use(new EmptyCluster(freePort(...HOSTNAMES)));
    HOSTNAMES.forEach((hostname, index) =>
      cluster.join({ hostname, datacenter: "dc1", token: BigInt(index) })
    );
    session = new Session({
      contactPoints: HOSTNAMES.map((hostname) => cluster.contactPoint(hostname)),
      localDatacenter: "dc1",
      keyspace: "ks",
      secureBundle: null,
      connectionsPerHost: 1,
      username: null,
      password: null,
      tlsCa: null,
      tlsCert: null,
      tlsKey: null,
      consistency: "LOCAL_QUORUM",
      requestTimeoutMs: 60_000,
      observe: () => {},
    });
    stack.defer(() => session.close());
    await session.openOnce();
    statement = await session.prepare("UPDATE t SET a = 1 WHERE k = 1");
  });
  afterEach(() => stack.disposeAsync());

  interface Script {
    /** What becomes of each time that it is sent; the last goes on. Null for success. */
    readonly executes: readonly (Misbehaviour | null)[];
    /** What becomes of each preparation from now on. */
    readonly prepares?: Misbehaviour;
  }

  /** From now on. */
  function play({ executes: answers, prepares = null as never }: Script): void {
    executes.length = 0;
    cluster.onStatement = ({ kind, hostname }: StatementRequest) => {
      if (kind === "prepare") return prepares;
      executes.push(hostname);
      return answers[executes.length - 1] ?? answers.at(-1) ?? null;
    };
  }

  /** The code and the detail of its failure; null if it succeeds. */
  async function run(
    script: Script,
    { idempotent = true, timeoutMs = 60_000 } = {},
  ): Promise<readonly [string, string] | null> {
    play(script);
    return await failureOf(session.execute(statement, [], {
      consistency: null,
      serialConsistency: null,
      fetchSize: 0,
      writes: true,
      idempotent,
      endsAt: performance.now() + timeoutMs,
    }));
  }

  async function failureOf(running: Promise<unknown>) {
    const error = await running.then(() => null, (error: unknown) => error);
    if (error === null) return null;
    if (!(error instanceof ServiceError)) throw error;
    return [error.code, error.detail ?? ""] as const;
  }

  it("does not say that nothing was changed if an earlier attempt was lost", async () => {
    expect(await run({ executes: ["crash", bootstrapping()] })).toEqual([
      "unavailable",
      expect.stringMatching(MAYBE),
    ]);
    expect(executes).toHaveLength(2);
  });

  it("does not say that it was not run if its table is gone when it is sent again", async () => {
    expect(await run({ executes: ["crash", unprepared()], prepares: invalid() })).toEqual([
      "unavailable",
      expect.stringMatching(MAYBE),
    ]);
  });

  it("may have been run for some partitions of a batch by a node that lacks replicas of another", async () => {
    for (const earlier of [unavailable(), overloaded()]) {
      expect(await run({ executes: [earlier, bootstrapping()] })).toEqual([
        "unavailable",
        expect.stringMatching(MAYBE),
      ]);
    }
  });

  it("is no mistake of its sender if it is refused only when it is sent again", async () => {
    expect(await run({ executes: [writeTimeout(), invalid()] })).toEqual([
      "timeout",
      expect.stringMatching(MAYBE),
    ]);
    expect((await run({ executes: [invalid()] }))?.[0]).toBe("invalid_input");
  });

  it("says the same of a batch", async () => {
    play({ executes: ["crash", bootstrapping()] });
    const running = session.executeBatch(statement, [packRow([])], {
      consistency: null,
      writes: true,
      idempotent: true,
    });
    expect(await failureOf(running)).toEqual(["unavailable", expect.stringMatching(MAYBE)]);
  });

  it("was not run by nodes that had forgotten it and then went away", async () => {
    const script = { executes: [unprepared()], prepares: "crash" } as const;
    expect(await run(script, { idempotent: false })).toEqual([
      "unavailable",
      expect.stringMatching(NOTHING),
    ]);
    expect(executes.toSorted()).toEqual(HOSTNAMES);
  });

  it("was not run by nodes that had forgotten it and then did not answer", async () => {
    const script = { executes: [unprepared()], prepares: "silence" } as const;
    expect(await run(script, { idempotent: false, timeoutMs: 1_000 })).toEqual([
      "timeout",
      expect.stringMatching(NOTHING),
    ]);
  });

  it("may have been run by a node that had forgotten it and went away when it was sent again", async () => {
    const script = { executes: [unprepared(), "crash"] } as const;
    expect((await run(script, { idempotent: false }))?.[0]).toBe("outcome_unknown");
  });

  it("is still sent again after a failure if a node had forgotten it before", async () => {
    expect(await run({ executes: [unprepared(), bootstrapping(), null] })).toBeNull();
    expect(await run({ executes: [unprepared(), bootstrapping(), null] }, { idempotent: false }))
      .toEqual(["unavailable", expect.stringMatching(NOTHING)]);
  });

  it("goes to the next node if one forgets it each time", async () => {
    expect(await run({ executes: [unprepared(), unprepared(), unprepared(), null] })).toBeNull();
    expect(new Set(executes.slice(0, 3)).size).toBe(1);
    expect(executes[3]).not.toBe(executes[0]);
  });

  it("is unavailable if all nodes forget it each time", async () => {
    for (const idempotent of [true, false]) {
      expect(await run({ executes: [unprepared()] }, { idempotent })).toEqual([
        "unavailable",
        expect.stringMatching(NOTHING),
      ]);
      expect(executes).toHaveLength(6);
    }
  });
});
