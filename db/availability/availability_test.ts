/**
 * On a real node, with a ring that the test makes up: what the driver sees is not always so.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../../catalog/catalog.ts";
import type { Observation } from "../../observe/observation.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { eventually } from "../../tests/support/eventually.ts";
import type { Session } from "../driver/session.ts";
import type { RingNode, Topology } from "../driver/client/topology.ts";
import { prepareQueries } from "../prepare/prepare_queries.ts";
import { Availability } from "./availability.ts";
import { int } from "../../tests/support/cassandra/protocol_values.ts";

const QUERIES = `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
-- @consistency QUORUM
SELECT id FROM notes WHERE id = :id;

-- name: list_notes :many
-- @route GET /notes
-- @public
-- @consistency QUORUM
-- @page size=10 max=10
SELECT id FROM notes;

-- name: put_both :exec
-- @route PUT /both
-- @public
-- @consistency QUORUM
BEGIN BATCH
  INSERT INTO notes (id) VALUES (:id);
  INSERT INTO notes (id) VALUES (:other_id);
APPLY BATCH;

-- name: get_note_soon :one
-- @route GET /soon/{id}
-- @public
-- @consistency ONE
SELECT id FROM notes WHERE id = :id;
`;
const HALF = 2n ** 62n;

let sessions: SchemaSessions;
before(async () => {
  sessions = await openSchemaSessions();
});
after(() => sessions[Symbol.asyncDispose]());

/** Beside the real node another one that is down: half of the ring is each node's. */
function halfDown(session: Session): Topology {
  const real = session.topology()!;
  const node = (address: string, tokens: bigint[]): RingNode => ({
    address,
    datacenter: "dc1",
    rack: "r1",
    tokens,
  });
  return {
    ...real,
    nodes: [node("up", [-HALF, HALF]), node("gone", [0n, 2n ** 63n - 1n])],
    down: new Set(["gone"]),
    replicationOf: () => ({ strategy: "SimpleStrategy", options: { replication_factor: "1" } }),
  };
}

async function watched(
  session: Session,
  use: (
    prepared: Awaited<ReturnType<typeof prepareQueries>>,
    availability: Availability,
    last: () => Observation | undefined,
  ) => Promise<void>,
) {
  const { queries, diagnostics } = parseCatalog([{ path: "own.cql", text: QUERIES }]);
  expect(diagnostics).toEqual([]);
  const prepared = await prepareQueries(session, queries);
  const observations: Observation[] = [];
  const availability = new Availability({
    session: {
      keyspace: session.keyspace,
      state: "up",
      away: null,
      topology: () => halfDown(session),
      executeOwn: (...statement) => session.executeOwn(...statement),
      onHostsChange: () => {},
      onSchemaChange: () => {},
    },
    consistency: "LOCAL_ONE",
    observe: (observation) => observations.push(observation),
  });
  try {
    availability.watch(prepared);
    await use(prepared, availability, () => observations.at(-1));
  } finally {
    availability.close();
  }
}

const SCHEMA = "CREATE TABLE notes (id int PRIMARY KEY);";

describe("Availability", () => {
  it("refuses nothing for a node that seems down while Cassandra answers", async () => {
    await sessions.withSchema(
      SCHEMA,
      (session) =>
        watched(session, async (prepared, availability, last) => {
          await eventually("it has looked", () => last() !== undefined);
          // Both levels have been tried by then.
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          expect(last()).toEqual({ kind: "availability", unreachable: [] });
          for (const query of prepared) {
            for (let id = 0; id < 20; id++) {
              availability.admit(query, [int(id), int(id)]);
            }
          }
        }),
    );
  });

  it("refuses only the partitions that lack replicas where Cassandra says so, too", async () => {
    await sessions.withSchema(SCHEMA, async (session) => {
      // Of three replicas one is there: QUORUM cannot be reached, and ONE can.
      await session.run(
        `ALTER KEYSPACE ${session.keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`,
        { timeoutMs: 20_000 },
      );
      await watched(session, async ([get, list, both, soon], availability, last) => {
        const some = (query: string) => ({ query, consistency: "QUORUM", partitions: "some" });
        await eventually("it knows", () => {
          const observation = last();
          return observation?.kind === "availability" && observation.unreachable.length > 0;
        });
        expect(last()).toEqual({
          kind: "availability",
          unreachable: ["get_note", "list_notes", "put_both"].map(some),
        });
        const refused: number[] = [];
        for (let id = 0; id < 40; id++) {
          const token = session.topology()!.tokenOf(int(id));
          const isGone = token > HALF || token <= 0n && token > -HALF;
          try {
            availability.admit(get!, [int(id)]);
            expect(isGone).toBe(false);
          } catch (error) {
            expect(error).toMatchObject({
              code: "unavailable",
              cause: {
                message: expect.stringMatching(
                  /^QUORUM cannot be reached .*: replicas that are down: gone$/,
                ),
              },
            });
            expect(isGone).toBe(true);
            refused.push(id);
          }
          // These may be about partitions that are there.
          availability.admit(list!, []);
          availability.admit(both!, [int(id), int(id + 1)]);
          availability.admit(soon!, [int(id)]);
        }
        expect(refused.length).toBeGreaterThan(0);
        expect(refused.length).toBeLessThan(40);
      });
    });
  });
});
