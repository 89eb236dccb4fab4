/**
 * `deno task check [--scratch] [--no-types] [--strict] [--format=text|github|sarif]`: reads a project and
 * reports every mistake of its queries, migrations and hand-written routes, types included. With
 * `CASSANDRA_CONTACT_POINTS` set it also prepares every query there, which finds what only the server
 * knows: on the keyspace as it is, or on one that is made by the migrations for that purpose. Guardrails
 * see what they can in either case. Without types, no other process is run.
 *
 * @module
 */
import { asClause } from "../catalog/text/as_clause.ts";
import { suggest } from "../catalog/text/suggest.ts";
import { type Config, readConfig } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { SETTINGS } from "../config/settings/settings.ts";
import { misspeltSettings, settingWarnings } from "../config/unknown_settings.ts";
import { opaqueWarnings } from "../db/prepare/facts/opaque_warning.ts";
import { prepareQueries } from "../db/prepare/prepare_queries.ts";
import { createCursorTable } from "../db/schema/cursor_table.ts";
import { assertSchemaVersion } from "../db/migrate/record/schema_version.ts";
import { GuardrailError } from "../guardrails/guardrail_error.ts";
import {
  describeFindings,
  describeWaived,
  type Finding,
  inspectQueries,
} from "../guardrails/inspect.ts";
import {
  inspectProject,
  type ProjectInspection,
  readProjectSchema,
} from "../guardrails/inspect_project.ts";
import { createTableReader } from "../db/schema/table.ts";
import { loadProject, type Project } from "../server/activation/project.ts";
import {
  type CheckReport,
  formatGithub,
  FORMATS,
  formatSarif,
  type ReportFormat,
  type ReportPlace,
  reportRoot,
} from "./check_report.ts";
import { checkTypes } from "./check_types.ts";
import { assertOneFolder, projectFolder } from "./project_folder.ts";
import { prepareInScratch } from "./prepare_in_scratch.ts";
import { projectWarnings } from "./project_warnings.ts";
import { clusterOf, withSession } from "./with_session.ts";
import { heedHelp } from "./usage.ts";

export interface CheckOptions {
  readonly warn?: (message: string) => void;
  /** Whether the queries are prepared on a scratch keyspace that the migrations make, and not on their own. */
  readonly scratch?: boolean;
  /** Whether the types of hand-written routes are checked. Default: they are. */
  readonly types?: boolean;
  /** Whether a warning of a guardrail fails the check, as an error does. */
  readonly strict?: boolean;
  /** Told what guardrails found, before the check fails because of it. */
  readonly heed?: (inspection: ProjectInspection) => void;
}

/** What was checked, in words. */
export async function check(
  env: Readonly<Record<string, string | undefined>>,
  { warn = () => {}, scratch = false, types = true, strict = false, heed = () => {} }:
    CheckOptions = {},
): Promise<string> {
  function assertGuarded(inspection: ProjectInspection): void {
    heed(inspection);
    const refuses = env.GUARDRAILS?.toLowerCase() !== "warn";
    const fails = ({ severity }: Finding) => strict || refuses && severity === "error";
    const errors = inspection.findings.filter(fails);
    if (errors.length > 0) throw new GuardrailError(errors);
    if (strict && inspection.keyspace.length > 0) throw new Error(inspection.keyspace.join("\n"));
  }

  await assertOneFolder(env);
  const cqlDir = env.CQL_DIR || SETTINGS.cqlDir.default;
  const keyspace = env.CASSANDRA_KEYSPACE || SETTINGS.keyspace.default;
  const { queries, migrations, routes } = await loadProject(cqlDir, {
    keyspace,
    warn,
    ...(types ? { inspect: (routes) => checkTypes(routes, cqlDir) } : {}),
  });
  projectWarnings({ queries, routes }).forEach(warn);
  const counts = list([
    count(queries.length, "query", "queries"),
    migrations === null ? "no migrations" : count(migrations.length, "migration", "migrations"),
    ...(routes.length === 0
      ? []
      : [count(routes.length, "hand-written route", "hand-written routes")]),
  ]);
  const untyped = types || routes.length === 0 ? "" : ", without types";
  const how = `of "${projectFolder(cqlDir)}" by their text${untyped}`;
  if (!env.CASSANDRA_CONTACT_POINTS && !env.CASSANDRA_SECURE_BUNDLE) {
    const misspelt = misspeltSettings(env);
    if (misspelt.length > 0) throw new ConfigError(misspelt);
    if (scratch) {
      throw new Error("Cannot check in a scratch keyspace: set CASSANDRA_CONTACT_POINTS");
    }
    opaqueWarnings(queries, { isAccepted: false }).forEach(warn);
    assertGuarded({ ...inspectQueries(queries, () => null), keyspace: [] });
    return `Checked ${counts} ${how}: set CASSANDRA_CONTACT_POINTS to prepare the queries too`;
  }
  const config: Config = readConfig(env, { serves: false });
  const prepare = scratch ? prepareInScratch : prepareOnKeyspace;
  const inspection = await prepare(config, { queries, migrations, warn });
  opaqueWarnings(queries).forEach(warn);
  assertGuarded(inspection);
  const place = `${clusterOf(config)}${scratch ? ", in a scratch keyspace" : ""}`;
  return `Checked ${counts} ${how}, and prepared every query on ${place}`;
}

/** Prepares the queries on the keyspace as it is, which must have the schema of the project. */
async function prepareOnKeyspace(
  config: Config,
  { queries, migrations, warn }: Pick<Project, "queries" | "migrations"> & {
    readonly warn: (message: string) => void;
  },
): Promise<ProjectInspection> {
  const { keyspace, consistency } = config;
  return await withSession(config, { keyspace }, async (session) => {
    const notice = await assertSchemaVersion(session, { migrations, keyspace });
    if (notice !== null && migrations !== null) warn(notice);
    const obstacle = await createCursorTable(session, keyspace).findObstacle();
    if (obstacle !== null) warn(`Long cursors are not kept: ${obstacle}`);
    const readTable = createTableReader(session);
    const prepared = await prepareQueries(session, queries, readTable);
    const schema = await readProjectSchema(session, queries, { keyspace, readTable });
    return inspectProject(prepared, schema, { keyspace, consistency });
  });
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `a, b and c` */
function list(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), words.at(-1)].join(" and ");
}

/** The exit code. */
async function main(args: readonly string[]): Promise<number> {
  const notes: string[] = [];
  let found: ProjectInspection = { findings: [], waived: [], keyspace: [] };
  let said = "";
  let failure: unknown = null;
  let format: ReportFormat = "text";
  try {
    const options = readArguments(args);
    format = options.format;
    const env = Deno.env.toObject();
    const warn = (message: string) => notes.push(message);
    settingWarnings(env).forEach(warn);
    const heed = (inspection: ProjectInspection) => found = inspection;
    said = await check(env, { ...options, warn, heed });
  } catch (error) {
    failure = error;
  }
  const { waived, keyspace } = found;
  const fatal = failure instanceof GuardrailError ? failure.findings : [];
  const warnings = found.findings.filter((finding) => !fatal.includes(finding));
  const report: CheckReport = { failure, warnings, waived, notes: [...notes, ...keyspace] };
  print(report, { format, said, root: reportRoot(Deno.env.toObject()) });
  return failure === null ? 0 : 1;
}

function print(
  report: CheckReport,
  { format, said, root }: ReportPlace & { readonly format: ReportFormat; readonly said: string },
): void {
  const { failure, warnings, waived, notes } = report;
  if (format === "sarif") return console.log(formatSarif(report, { root }));
  if (format === "github") {
    const commands = formatGithub(report, { root });
    if (commands !== "") console.log(commands);
  }
  if (format === "text") {
    for (const note of notes) console.warn(`Warning: ${note}`);
    if (warnings.length > 0) console.warn(`${describeFindings(warnings)}\n`);
    for (const line of new Set(waived.map(describeWaived))) console.log(line);
    if (failure !== null) console.error(failure instanceof Error ? failure.message : failure);
  }
  if (failure === null) console.log(said);
}

const FLAGS = ["--scratch", "--no-types", "--strict", "--format"];

interface Arguments {
  readonly scratch: boolean;
  readonly types: boolean;
  readonly strict: boolean;
  readonly format: ReportFormat;
}

/** @throws {Error} for an argument that is unknown */
function readArguments(args: readonly string[]): Arguments {
  // A value may follow its flag as a word of its own.
  const words = args.flatMap((arg) => arg.startsWith("--format=") ? arg.split("=", 2) : [arg]);
  const at = words.indexOf("--format");
  const value = at < 0 ? "text" : words[at + 1] ?? "";
  const format = FORMATS.find((known) => known === value);
  if (format === undefined) {
    throw new Error(`Cannot check: unknown format "${value}": use ${FORMATS.join(", ")}`);
  }
  const unknown = words.find((word, index) =>
    !FLAGS.includes(word) && (at < 0 || index !== at + 1)
  );
  if (unknown !== undefined) {
    throw new Error(
      `Cannot check: unknown argument "${unknown}": ${asClause(suggest(unknown, FLAGS))}`,
    );
  }
  return {
    scratch: words.includes("--scratch"),
    types: !words.includes("--no-types"),
    strict: words.includes("--strict"),
    format,
  };
}

if (import.meta.main) {
  heedHelp("check");
  Deno.exit(await main(Deno.args));
}
