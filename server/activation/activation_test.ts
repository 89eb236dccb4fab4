/**
 * Holds `activation.ts` against a real node, with attempts that fail and end when the test says.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Session } from "../../db/driver/session.ts";
import type { StateListener } from "../../db/driver/client/connection.ts";
import { createCursorTable } from "../../db/schema/cursor_table.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { Activation } from "./activation.ts";

const QUERY = `-- name: get_word :one
-- @route GET /words/{id}
-- @public
SELECT word FROM words WHERE id = :id;
`;

/** One look at the cluster, which every attempt has. */
type Look = PromiseWithResolvers<string | null>;

interface Attempts {
  readonly activation: Activation;
  readonly looks: Look[];
  /** Those of the session. */
  readonly listeners: StateListener[];
  /** How often routes were taken into service. */
  served: number;
}

describe("Activation", () => {
  let sessions: SchemaSessions;
  let folder: string;
  before(async () => {
    sessions = await openSchemaSessions();
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await Deno.mkdir(`${folder}/queries`);
    await Deno.writeTextFile(`${folder}/queries/own.cql`, QUERY);
  });
  after(async () => {
    await sessions?.[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  });

  async function withAttempts(
    use: (attempts: Attempts, session: Session) => Promise<void>,
    moreSchema = "",
  ): Promise<void> {
    await sessions.withSchema(
      `CREATE TABLE words (id int PRIMARY KEY, word text);${moreSchema}`,
      async (session) => {
        const keyspace = session.keyspace!;
        const looks: Look[] = [];
        const listeners: StateListener[] = [];
        const subscribe = session.onStateChange.bind(session);
        session.onStateChange = (listener) => {
          listeners.push(listener);
          subscribe(listener);
        };
        const attempts = { looks, listeners, served: 0 };
        const activation = new Activation({
          session,
          cqlDir: folder,
          keyspace,
          consistency: "LOCAL_ONE",
          guardrails: "warn",
          cursorTable: {
            ...createCursorTable(session, keyspace),
            findObstacle() {
              const look = Promise.withResolvers<string | null>();
              looks.push(look);
              return look.promise;
            },
          },
          observe: () => {},
          check: () => {},
          serve: () => void attempts.served++,
        });
        try {
          await activation.load();
          await use(Object.assign(attempts, { activation }), session);
        } finally {
          activation.stop();
        }
      },
    );
  }

  /** The look of an attempt, once it has come that far. */
  const nth = ({ looks }: Attempts, index: number) =>
    eventually(`attempt ${index + 1} looks at the cluster`, () => looks[index]);

  it("derives once more where a request shows a change while an attempt succeeds", async () => {
    await withAttempts(async (attempts, session) => {
      attempts.activation.run();
      (await nth(attempts, 0)).reject(new Error("The node is slow"));
      const second = await nth(attempts, 1);
      session.noteSchemaChange();
      second.resolve(null);
      await promptly("it is ready", attempts.activation.ready);
      (await nth(attempts, 2)).resolve(null);
      await eventually("the routes follow", () => attempts.served === 2);
    });
  });

  it("tries at once for a node that comes, also after an overtaken run has ended", async () => {
    await withAttempts(async (attempts, session) => {
      const { activation, listeners } = attempts;
      let [begun, onAwaited] = [0, () => {}];
      // What an attempt awaits last.
      const clocks = {
        then(resolve: () => void) {
          onAwaited();
          resolve();
        },
      };
      session.compareClocks = () => {
        begun++;
        return clocks as Promise<void>;
      };
      activation.run();
      (await nth(attempts, 0)).reject(new Error("The node is slow"));
      const overtaken = await nth(attempts, 1);
      activation.run();
      (await nth(attempts, 2)).reject(new Error("The node is slow"));
      await turn();
      const awaited = Promise.withResolvers<void>();
      onAwaited = awaited.resolve;
      overtaken.resolve(null);
      await promptly("the overtaken run ends", awaited.promise);
      await turn();
      const before = begun;
      for (const listener of listeners) listener("up", false);
      expect(begun).toBe(before + 1);
    });
  });

  it("prepares only what does not fit while it tries that again", async () => {
    const file = `${folder}/queries/gone.cql`;
    await Deno.writeTextFile(file, "-- name: get_gone :one\nSELECT v FROM gone WHERE k = :k;\n");
    try {
      await withAttempts(async (attempts, session) => {
        const { activation } = attempts;
        activation.run();
        (await nth(attempts, 0)).resolve(null);
        await promptly("it is ready", activation.ready);
        await session.run("DROP TABLE gone", { timeoutMs: 20_000 });
        (await nth(attempts, 1)).resolve(null);
        const texts: string[] = [];
        const prepare = session.prepare.bind(session);
        session.prepare = (cql) => {
          texts.push(cql);
          return prepare(cql);
        };
        let next = 2;
        // The first time the others are prepared for another version of the schema, the second time for the same.
        for (let found = 0; found < 2; found++) {
          session.noteSchemaChange();
          await eventually("an attempt prepares only that", async () => {
            texts.length = 0;
            // By then it has begun to prepare.
            const look = await nth(attempts, next++);
            const of = (table: string) => texts.some((cql) => cql.includes(`FROM ${table}`));
            const isAll = of("words") || !of("gone");
            look.resolve(null);
            return !isAll;
          });
        }
      }, "CREATE TABLE gone (k int PRIMARY KEY, v int);");
    } finally {
      await Deno.remove(file);
    }
  });

  it("is ready as soon as Cassandra has answered again, and derives in a moment of its own", async () => {
    await withAttempts(async (attempts, session) => {
      const { activation, listeners } = attempts;
      activation.run();
      (await nth(attempts, 0)).resolve(null);
      await promptly("it is ready", activation.ready);
      const prepared = countPrepared(session);
      // As the control connection says when it is there again, too.
      for (const listener of listeners) listener("down", true);
      expect(activation.obstacle).toBe("Cassandra cannot be reached");
      using timers = watchTimers("/activation.ts");
      for (const listener of listeners) listener("up", true);
      (await nth(attempts, 1)).resolve(null);
      await eventually("it is ready again", () => activation.obstacle === null);
      session.noteSchemaChange();
      await promptly("it derives later", timers.first);
      expect([prepared.count, timers.left(), attempts.served]).toEqual([0, 1, 1]);
      (await nth(attempts, 2)).resolve(null);
      await eventually("the routes follow", () => attempts.served === 2);
      expect(prepared.count).toBeGreaterThan(0);
      await turn();
      expect(timers.left()).toBe(0);
    });
  });

  it("leaves no pause between attempts when it is stopped", async () => {
    using timers = watchTimers("/activation.ts");
    await withAttempts(async (attempts) => {
      attempts.activation.run();
      (await nth(attempts, 0)).reject(new Error("The node is slow"));
      await promptly("it pauses", timers.first);
      expect(timers.left()).toBeGreaterThan(0);
      attempts.activation.stop();
      expect(timers.left()).toBe(0);
    });
  });

  it("says why a reload that is under way ends when it is stopped", async () => {
    await withAttempts(async (attempts) => {
      const reloaded = attempts.activation.reload();
      const look = await nth(attempts, 0);
      attempts.activation.stop();
      look.resolve(null);
      await expect(reloaded).rejects.toThrow("the service is shutting down");
      expect(attempts.served).toBe(0);
    });
  });
});

/** How many statements the routes have been prepared from since. */
function countPrepared(session: Session): { count: number } {
  const prepared = { count: 0 };
  const prepare = session.prepare.bind(session);
  session.prepare = (...args) => {
    prepared.count++;
    return prepare(...args);
  };
  return prepared;
}

/** The timers that a file sets, and that have neither rung nor been cleared. */
function watchTimers(file: string) {
  const { setTimeout, clearTimeout } = globalThis;
  const left = new Set<unknown>();
  const first = Promise.withResolvers<void>();
  globalThis.setTimeout = ((ring: () => void, ms: number) => {
    const timer = setTimeout(() => {
      left.delete(timer);
      ring();
    }, ms);
    if (new Error().stack!.includes(file)) {
      left.add(timer);
      first.resolve();
    }
    return timer;
  }) as typeof globalThis.setTimeout;
  globalThis.clearTimeout = (timer) => {
    left.delete(timer);
    clearTimeout(timer);
  };
  return {
    first: first.promise,
    left: () => left.size,
    [Symbol.dispose]: () => void Object.assign(globalThis, { setTimeout, clearTimeout }),
  };
}

/** All that is ready to go on has done so. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
