/**
 * What `deno task check` finds, as the formats that machines read: annotations of GitHub's workflow commands
 * and SARIF 2.1.0 (OASIS), which code scanners and editors show beside the line. Both name files relative to the
 * root of the repository, or the line that is meant is found nowhere.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { CatalogError, positionOf } from "../catalog/text/diagnose.ts";
import type { Diagnostic } from "../catalog/text/source.ts";
import { GuardrailError } from "../guardrails/guardrail_error.ts";
import { GUARDRAILS } from "../guardrails/guardrails.ts";
import type { Finding, Waived } from "../guardrails/inspect.ts";
import { ProjectError } from "../server/activation/project.ts";

export const FORMATS = ["text", "github", "sarif"] as const;
export type ReportFormat = typeof FORMATS[number];

/** What is reported, in the order in which it was found. */
export interface CheckReport {
  /** What keeps the project from being served. */
  readonly failure: unknown;
  /** The findings of guardrails that are warnings. */
  readonly warnings: readonly Finding[];
  readonly waived: readonly Waived[];
  /** What has no place in a file. */
  readonly notes: readonly string[];
}

interface Entry {
  /** `mistake`, or the name of a guardrail. */
  readonly rule: string;
  readonly level: "error" | "warning" | "note";
  readonly text: string;
  readonly span: Diagnostic["span"] | null;
  /** Why it does not count; null if it does. */
  readonly reason: string | null;
}

/** Where a report is read. */
export interface ReportPlace {
  /** The folder that files are named relative to; those outside have their whole path. */
  readonly root: string;
}

/** The root of the repository where GitHub runs the check, or else the folder in which a person does. */
export function reportRoot(env: Readonly<Record<string, string | undefined>>): string {
  // `deno task` runs in the folder of its deno.json, and says in INIT_CWD where it was called.
  return env.GITHUB_WORKSPACE || env.INIT_CWD || Deno.cwd();
}

/** One workflow command for each entry; nothing if nothing was found. */
export function formatGithub(report: CheckReport, { root }: ReportPlace): string {
  return entriesOf(report).filter(({ reason }) => reason === null).map(
    ({ rule, level, text, span }) => {
      const command = level === "note" ? "notice" : level;
      const place = span === null ? [] : placeProperties(span, root);
      const properties = [...place, `title=${escapeProperty(rule)}`];
      return `::${command} ${properties.join(",")}::${escapeData(text)}`;
    },
  ).join("\n");
}

/** A whole SARIF log, with waived findings as suppressed results. */
export function formatSarif(report: CheckReport, { root }: ReportPlace): string {
  const entries = entriesOf(report);
  const rules = [...new Set(entries.map(({ rule }) => rule))].map(ruleOf);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "cqlgate", rules } },
      columnKind: "unicodeCodePoints",
      results: entries.map((entry) => resultOf(entry, root)),
    }],
  };
  return JSON.stringify(log, null, 2);
}

function entriesOf({ failure, warnings, waived, notes }: CheckReport): Entry[] {
  const { diagnostics, others } = failureParts(failure);
  return [
    ...diagnostics.map((diagnostic) => entryOf(diagnostic, { level: "error" })),
    ...others.map((text) =>
      ({ rule: "mistake", level: "error", text, span: null, reason: null }) as const
    ),
    ...warnings.map((finding) => entryOf(finding, { level: "warning" })),
    ...notes.map((text) =>
      ({ rule: "note", level: "warning", text, span: null, reason: null }) as const
    ),
    ...waived.map(({ finding, waiver: { reason } }) =>
      entryOf(finding, { level: finding.severity, reason })
    ),
  ];
}

function failureParts(
  failure: unknown,
): { readonly diagnostics: readonly (Diagnostic | Finding)[]; readonly others: readonly string[] } {
  if (failure === null) return { diagnostics: [], others: [] };
  if (failure instanceof ProjectError) return failure;
  if (failure instanceof CatalogError) return { diagnostics: failure.diagnostics, others: [] };
  if (failure instanceof GuardrailError) return { diagnostics: failure.findings, others: [] };
  return { diagnostics: [], others: [failure instanceof Error ? failure.message : `${failure}`] };
}

function entryOf(
  found: Diagnostic | Finding,
  { level, reason = null }: Pick<Entry, "level"> & { readonly reason?: string | null },
): Entry {
  const rule = "guardrail" in found ? found.guardrail : "mistake";
  return { rule, level, text: `${found.message}\n${found.help}`, span: found.span, reason };
}

function placeProperties({ file, start, end }: Diagnostic["span"], root: string): string[] {
  const from = positionOf(file, start);
  const to = positionOf(file, end);
  return [
    `file=${escapeProperty(pathFrom(root, file.path))}`,
    `line=${from.line}`,
    `endLine=${to.line}`,
    // A column of the end is that of the last character, and of a single line.
    ...(from.line === to.line ? [`col=${from.column}`, `endColumn=${to.column - 1}`] : []),
  ];
}

/** Source: GitHub's toolkit, `command.ts`. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function ruleOf(rule: string): unknown {
  const guardrail = GUARDRAILS[rule];
  if (guardrail === undefined) return { id: rule };
  const { finds, cost, instead } = guardrail;
  return {
    id: rule,
    shortDescription: { text: finds },
    fullDescription: { text: cost },
    help: { text: instead },
  };
}

function resultOf({ rule, level, text, span, reason }: Entry, root: string): unknown {
  return {
    ruleId: rule,
    level,
    message: { text },
    ...(span === null ? {} : { locations: [locationOf(span, root)] }),
    ...(reason === null
      ? {}
      : { suppressions: [{ kind: "inSource", justification: reason, status: "accepted" }] }),
  };
}

function locationOf({ file, start, end }: Diagnostic["span"], root: string): unknown {
  const from = positionOf(file, start);
  const to = positionOf(file, end);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriFrom(root, file.path) },
      region: {
        startLine: from.line,
        startColumn: from.column,
        endLine: to.line,
        endColumn: to.column,
      },
    },
  };
}

/** A path relative to the root, or the absolute path outside it. */
function pathFrom(root: string, path: string): string {
  const [folder, file] = [fileURLToPath(folderUrl(root)), fileURLToPath(pathToFileURL(path))];
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}

/** The same as a URI reference: relative, or with its scheme (SARIF 2.1.0, section 3.4.3). */
function uriFrom(root: string, path: string): string {
  const [folder, file] = [folderUrl(root).href, pathToFileURL(path).href];
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}

function folderUrl(path: string): URL {
  return pathToFileURL(`${path}/`);
}
