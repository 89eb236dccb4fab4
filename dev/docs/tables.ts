/**
 * The tables of the documentation that the code writes: settings, error codes, types, metrics, guardrails
 * and the fields of audit events. Each is in its page between `<!-- name -->` and `<!-- /name -->`.
 *
 * @module
 */
import { EVENT_SCHEMAS } from "../../audit/event.ts";
import { typeReference, typeUses } from "../../codec/reference.ts";
import { type Setting, SETTINGS } from "../../config/settings/settings.ts";
import { CLIENT_CODES } from "../../errors/client_codes.ts";
import type { CodeRow } from "../../errors/code_row.ts";
import { SERVICE_CODES } from "../../errors/service_codes.ts";
import { GUARDRAILS } from "../../guardrails/guardrails.ts";
import { createMetrics } from "../../observe/metrics/metrics.ts";

export interface GeneratedTable {
  /** The page, relative to the root of the project. */
  readonly path: string;
  /** The name of the section. */
  readonly name: string;
  /** Markdown, not yet formatted. */
  render(): string | Promise<string>;
}

export const TABLES: readonly GeneratedTable[] = [
  { path: "docs/configuration.md", name: "settings", render: settingTable },
  { path: "docs/errors.md", name: "client codes", render: () => codeTable(CLIENT_CODES) },
  { path: "docs/errors.md", name: "service codes", render: () => codeTable(SERVICE_CODES) },
  { path: "docs/types.md", name: "types", render: typeReference },
  { path: "docs/types.md", name: "type-uses", render: typeUses },
  { path: "docs/operations.md", name: "metrics", render: metricTable },
  { path: "docs/audit.md", name: "audit fields", render: auditTable },
  { path: "docs/guardrails.md", name: "guardrails", render: guardrailTable },
];

function settingTable(): string {
  const settings: readonly Setting[] = Object.values(SETTINGS);
  return table(
    ["Name", "Default", "Range", "Meaning"],
    settings.map(({ name, default: fallback, kind, meaning, secret }) => [
      `\`${name}\``,
      fallback ? `\`${fallback}\`` : "–",
      kind.range || "–",
      meaning + (secret ? "; may come from a file" : ""),
    ]),
  );
}

const REPEATS: Readonly<Record<CodeRow["repeat"], string>> = {
  never: "never",
  at_once: "at once",
  later: "later",
  after_reading: "after reading",
};

function codeTable(codes: Readonly<Record<string, CodeRow>>): string {
  return table(
    ["Code", "Status", "Repeat", "When", "What the client should do"],
    Object.entries(codes).map(([code, { meaning, action, ...row }]) => [
      `\`${code}\``,
      `${row.status}`,
      REPEATS[row.repeat] +
      (row.retryAfterSeconds === null ? "" : `, in ${row.retryAfterSeconds} s`),
      meaning,
      action,
    ]),
  );
}

async function metricTable(): Promise<string> {
  const text = await createMetrics("1.2.3").render();
  const kinds = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind = ""]) => [name, kind]),
  );
  const rows = [...text.matchAll(/^# HELP (cqlgate_\S+) (.+)$/gm)]
    .map(([, name = "", help = ""]) => [`\`${name}\``, kinds.get(name) ?? "", help]);
  return table(["Metric", "Kind", "Meaning"], rows);
}

function auditTable(): string {
  const kinds = Object.entries(EVENT_SCHEMAS);
  const names = new Set(kinds.flatMap(([, { shape }]) => Object.keys(shape)));
  return table(
    ["Field", "Events", "Meaning"],
    [...names].map((name) => {
      const having = kinds.filter(([, { shape }]) => name in shape);
      const events = having.map(([kind]) => `\`${kind}\``).join(", ");
      const fields = having.map(([, { shape }]) => Object.entries(shape));
      const [, schema] = fields[0]!.find(([field]) => field === name)!;
      const isCommon = having.length === kinds.length;
      return [`\`${name}\``, isCommon ? "all" : events, schema.description ?? ""];
    }),
  );
}

function guardrailTable(): string {
  return table(
    ["Guardrail", "Severity", "Finds", "What it costs", "What to do instead", "Source"],
    Object.entries(GUARDRAILS).map(([name, { severity, finds, cost, instead, source }]) => [
      `\`${name}\``,
      severity,
      finds,
      cost,
      instead,
      source,
    ]),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}
