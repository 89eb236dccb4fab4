import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { CatalogError } from "../catalog/text/diagnose.ts";
import { type CheckReport, formatGithub, formatSarif, reportRoot } from "./check_report.ts";

function reportAbout(path: string): CheckReport {
  const file = { path, text: "-- @scop a\n" };
  const mistake = { span: { file, start: 3, end: 8 }, message: "Unknown tag", help: "Correct it" };
  return { failure: new CatalogError([mistake]), warnings: [], waived: [], notes: [] };
}

const CWD = Deno.cwd();
const PARENT = CWD.slice(0, CWD.lastIndexOf("/"));
const FOLDER = CWD.slice(PARENT.length + 1);

const CASES: readonly [what: string, path: string, root: string, github: string, uri: string][] = [
  ["a path below the root", "./cql/queries/a.cql", CWD, "cql/queries/a.cql", "cql/queries/a.cql"],
  ["a path without a dot", "cql/a.cql", `${CWD}/`, "cql/a.cql", "cql/a.cql"],
  ["a project beside the checkout", "../weather/a.cql", PARENT, "weather/a.cql", "weather/a.cql"],
  [
    "the checkout in the repository",
    "./cql/a.cql",
    PARENT,
    `${FOLDER}/cql/a.cql`,
    `${FOLDER}/cql/a.cql`,
  ],
  ["an absolute path", "/repo/weather/a.cql", "/repo", "weather/a.cql", "weather/a.cql"],
  ["a space and a sign", "/repo/my 50%/ä.cql", "/repo", "my 50%25/ä.cql", "my%2050%25/%C3%A4.cql"],
  ["a path outside", "/tmp/x/a.cql", "/repo", "/tmp/x/a.cql", "file:///tmp/x/a.cql"],
  [
    "a folder that begins alike",
    "/repository/a.cql",
    "/repo",
    "/repository/a.cql",
    "file:///repository/a.cql",
  ],
];

describe("formatGithub() and formatSarif()", () => {
  for (const [what, path, root, github, uri] of CASES) {
    it(`name ${what} from the root of the repository`, () => {
      const report = reportAbout(path);
      expect(formatGithub(report, { root })).toContain(`::error file=${github},line=1,`);
      const { runs: [run] } = JSON.parse(formatSarif(report, { root }));
      const [{ physicalLocation }] = run.results[0].locations;
      expect(physicalLocation.artifactLocation).toEqual({ uri });
    });
  }
});

describe("reportRoot()", () => {
  it("is GitHub's workspace, or where the task was called", () => {
    const env = { GITHUB_WORKSPACE: "/repo", INIT_CWD: "/home/anna/weather" };
    expect(reportRoot(env)).toBe("/repo");
    expect(reportRoot({ ...env, GITHUB_WORKSPACE: "" })).toBe("/home/anna/weather");
    expect(reportRoot({})).toBe(CWD);
  });
});
