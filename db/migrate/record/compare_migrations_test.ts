import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { compareMigrations, describeNewer } from "./compare_migrations.ts";
import type { HistoryEntry } from "./history_table.ts";
import type { Migration } from "../files/migrations.ts";

function file(version: number, checksum = `sum${version}`): Migration {
  const name = `step${version}`;
  return {
    version,
    name,
    path: `cql/migrations/000${version}_${name}.cql`,
    statements: [],
    checksum,
  };
}

function entry(version: number, checksum: string | null = `sum${version}`): HistoryEntry {
  return {
    version,
    name: `step${version}`,
    checksum,
    applied: 1,
    appliedChecksum: "prefix",
    attempted: 1,
    attemptedChecksum: "prefix",
  };
}

function outOfOrder(version: number, { state, last }: { state: string; last: number }): string {
  return `"cql/migrations/000${version}_step${version}.cql" is ${state}, although "000${last}_step${last}.cql" after it is there: deploy the release whose migrations the cluster has, or restore its history`;
}

interface Case {
  readonly what: string;
  readonly files: readonly Migration[];
  readonly history: readonly HistoryEntry[];
  readonly pending: readonly number[];
  readonly newer: readonly number[];
  readonly conflicts: readonly string[];
}

const NOTHING = { pending: [], newer: [], conflicts: [] };

const CASES: readonly Case[] = [
  { what: "nothing of nothing", files: [], history: [], ...NOTHING },
  {
    what: "all files of a new cluster as pending",
    files: [file(1), file(2)],
    history: [],
    ...NOTHING,
    pending: [1, 2],
  },
  {
    what: "no file of a cluster that has them all",
    files: [file(1), file(2)],
    history: [entry(1), entry(2)],
    ...NOTHING,
  },
  {
    what: "a file that was applied in part as pending, changed or not",
    files: [file(1), file(2, "fixed")],
    history: [entry(1), entry(2, null)],
    ...NOTHING,
    pending: [2],
  },
  {
    what: "a changed file",
    files: [file(1, "changed"), file(2)],
    history: [entry(1)],
    ...NOTHING,
    pending: [2],
    conflicts: [
      '"cql/migrations/0001_step1.cql" was changed after it was applied: restore it, and put the change into a new migration',
    ],
  },
  {
    what: "a file of another name, as of another project",
    files: [file(1, "other")],
    history: [{ ...entry(1), name: "orders" }],
    ...NOTHING,
    conflicts: [
      '"cql/migrations/0001_step1.cql" is not "0001_orders.cql", which was applied in its place: ' +
      "restore that file, or set CASSANDRA_KEYSPACE if the keyspace belongs to another project",
    ],
  },
  {
    what: "migrations of a newer release, finished or not, without any conflict",
    files: [file(1)],
    history: [entry(1), entry(2), entry(3, null)],
    ...NOTHING,
    newer: [2, 3],
  },
  {
    what: "every migration of the cluster as newer than a release without any",
    files: [],
    history: [entry(1)],
    ...NOTHING,
    newer: [1],
  },
  {
    what: "a changed file below newer migrations",
    files: [file(1), file(2, "changed")],
    history: [entry(1), entry(2), entry(3)],
    ...NOTHING,
    newer: [3],
    conflicts: [
      '"cql/migrations/0002_step2.cql" was changed after it was applied: restore it, and put the change into a new migration',
    ],
  },
  {
    what: "a gap below newer migrations",
    files: [file(1), file(2)],
    history: [entry(1), entry(3), entry(4)],
    pending: [2],
    newer: [3, 4],
    conflicts: [outOfOrder(2, { state: "not applied", last: 4 })],
  },
  {
    what: "a file applied in part below newer migrations",
    files: [file(1), file(2)],
    history: [entry(1), entry(2, null), entry(3)],
    pending: [2],
    newer: [3],
    conflicts: [outOfOrder(2, { state: "applied in part", last: 3 })],
  },
  {
    what: "a gap among the known ones, in whatever order the rows come",
    files: [file(1), file(2), file(3)],
    history: [entry(3), entry(1)],
    ...NOTHING,
    pending: [2],
    conflicts: [outOfOrder(2, { state: "not applied", last: 3 })],
  },
];

describe("compareMigrations()", () => {
  for (const { what, files, history, pending, newer, conflicts } of CASES) {
    it(`reports ${what}`, () => {
      const status = compareMigrations(files, history);
      expect(status.pending.map(({ version }) => version)).toEqual(pending);
      expect(status.newer.map(({ version }) => version)).toEqual(newer);
      expect(status.conflicts).toEqual(conflicts);
    });
  }
});

describe("describeNewer()", () => {
  const describeOf = (files: Migration[], history: HistoryEntry[]) =>
    describeNewer(compareMigrations(files, history), files);

  it("says nothing if the cluster is not ahead", () => {
    expect(describeOf([file(1)], [entry(1)])).toBeNull();
    expect(describeOf([file(1), file(2)], [entry(1)])).toBeNull();
  });

  it("names the last of both sides", () => {
    expect(describeOf([file(1)], [entry(3), entry(2), entry(1)])).toBe(
      'The cluster has migrations up to "0003_step3.cql"; this release knows up to "0001_step1.cql"',
    );
    expect(describeOf([], [entry(1), entry(2, null)])).toBe(
      'The cluster has migrations up to "0002_step2.cql", which is not finished; this release knows no migration',
    );
  });
});
