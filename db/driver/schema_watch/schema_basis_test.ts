import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type cassandra from "cassandra-driver";
import type { PreparedStatement } from "../internals/driver_types.ts";
import { isFirm, readBasis, type SchemaBasis } from "./schema_basis.ts";

/** What the node of the control connection says: its version, those of its peers, and the keyspaces of its views. */
function basisOf(local: string, peers: readonly (string | null)[], views: readonly string[] = []) {
  const answers = new Map<string, unknown>([
    ["system.local", [{ host_id: "0", schema_version: local }]],
    ["system.peers", peers.map((schema_version, id) => ({ host_id: `${id + 1}`, schema_version }))],
    ["system_schema.views", views.map((keyspace_name) => ({ keyspace_name }))],
  ]);
  const query = (cql: string) => Promise.resolve({ rows: answers.get(cql.split(" ").at(-1)!) });
  const client = { controlConnection: { query } } as unknown as cassandra.Client;
  return readBasis((work) => work(client), 7);
}

describe("readBasis()", () => {
  const CASES: [what: string, local: string, peers: (string | null)[], version: string | null][] = [
    ["a lone node", "a", [], "a"],
    ["nodes that agree", "a", ["a", "a"], "a"],
    ["a node that is behind, whether it is up or not", "b", ["b", "a"], null],
    ["a node whose version is not known yet", "a", ["a", null], null],
  ];
  for (const [what, local, peers, version] of CASES) {
    it(`has ${version === null ? "no version" : "the version"} of ${what}`, async () => {
      expect(await basisOf(local, peers)).toEqual({ moment: 7, version, withViews: new Set() });
    });
  }

  it("knows nothing where no node can be asked, or the node does not answer", async () => {
    const unknown = { moment: 7, version: null, withViews: null };
    expect(await readBasis(() => Promise.reject(new Error("away")), 7)).toEqual(unknown);
    for (const answer of [Promise.reject(new Error("lost")), new Promise(() => {})]) {
      const client = { controlConnection: { query: () => answer } } as unknown as cassandra.Client;
      expect(await readBasis((work) => work(client), 7)).toEqual(unknown);
    }
  });
});

describe("isFirm()", () => {
  const statement: PreparedStatement = {
    cql: "SELECT 1",
    marked: "SELECT 1 /* */",
    fingerprint: "f",
    schemaVersion: "a",
    id: Buffer.from("id"),
    keyspace: "own",
    table: "t",
    binds: [],
    partitionKey: [],
    routing: [],
    columns: [],
  };
  const basis: SchemaBasis = { moment: 1, version: "a", withViews: new Set(["other"]) };
  const CASES: [what: string, basis: SchemaBasis, firm: boolean][] = [
    ["the version of all nodes, in a keyspace without views", basis, true],
    ["another version than that of the node that prepared it", { ...basis, version: "b" }, false],
    ["no common version", { ...basis, version: null }, false],
    ["a keyspace with views", { ...basis, withViews: new Set(["own"]) }, false],
    ["views that are not known", { ...basis, withViews: null }, false],
  ];
  for (const [what, of, firm] of CASES) {
    it(`is ${firm} for ${what}`, () => expect(isFirm(of, statement, "own")).toBe(firm));
  }
});
