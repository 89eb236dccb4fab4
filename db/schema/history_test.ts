import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { compareMigrations, type HistoryEntry } from "./history.ts";
import type { Migration } from "./migrations.ts";

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
  return { version, name: `step${version}`, checksum, applied: 1, appliedChecksum: "prefix" };
}

const CASES: {
  what: string;
  files: Migration[];
  history: HistoryEntry[];
  pending: number[];
  conflicts: string[];
}[] = [
  { what: "nothing of nothing", files: [], history: [], pending: [], conflicts: [] },
  {
    what: "all files of a new cluster as pending",
    files: [file(1), file(2)],
    history: [],
    pending: [1, 2],
    conflicts: [],
  },
  {
    what: "no file of a cluster that has them all",
    files: [file(1), file(2)],
    history: [entry(1), entry(2)],
    pending: [],
    conflicts: [],
  },
  {
    what: "a file that was applied in part as pending, changed or not",
    files: [file(1), file(2, "mended")],
    history: [entry(1), entry(2, null)],
    pending: [2],
    conflicts: [],
  },
  {
    what: "a changed file",
    files: [file(1, "changed"), file(2)],
    history: [entry(1)],
    pending: [2],
    conflicts: [
      '"cql/migrations/0001_step1.cql" was changed after it was applied: restore it, and put the change into a new migration',
    ],
  },
  {
    what: "a missing file, even of a migration that was applied in part",
    files: [file(1)],
    history: [entry(1), entry(2), entry(3, null)],
    pending: [],
    conflicts: [2, 3].map((version) =>
      `"000${version}_step${version}.cql" is applied in the cluster, but there is no such file: restore it, or deploy the release that has it`
    ),
  },
];

describe("compareMigrations()", () => {
  for (const { what, files, history, pending, conflicts } of CASES) {
    it(`reports ${what}`, () => {
      const status = compareMigrations(files, history);
      expect(status.pending.map(({ version }) => version)).toEqual(pending);
      expect(status.conflicts).toEqual(conflicts);
    });
  }
});
