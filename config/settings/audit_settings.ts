/**
 * The settings of the audit log: where it goes, and what happens if it cannot be written.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { secretBytes } from "./kinds/secret_kinds.ts";
import { choice, type Fail, type SettingKind } from "./kinds/setting_kind.ts";

/** Where the audit log goes. */
export type AuditTarget =
  | { readonly kind: "off" | "stdout" | "otlp" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "socket"; readonly transport: "unix"; readonly path: string }
  | {
    readonly kind: "socket";
    readonly transport: "tcp";
    readonly hostname: string;
    readonly port: number;
  };

const PLAIN = ["off", "stdout", "otlp"] as const;

function auditTarget(): SettingKind<AuditTarget> {
  return {
    range: "`off`, `stdout`, `file:path`, `socket:path`, `socket:host:port`, `otlp`",
    paths: (text) => /^(?:file:|socket:(?=.*\/))(.+)$/s.exec(text)?.slice(1) ?? [],
    read(text, fail) {
      const plain = PLAIN.find((kind) => kind === text.toLowerCase());
      if (plain !== undefined) return { kind: plain };
      const [, kind, place = ""] = /^(file|socket):(.+)$/s.exec(text) ?? [];
      if (kind === "file") return { kind, path: place };
      if (kind === "socket") return socketTarget(place, fail);
      fail('expected "off", "stdout", "otlp", "file:path", "socket:path" or "socket:host:port"');
      return { kind: "off" };
    },
  };
}

/** A path has a slash, as `/run/audit.sock`; everything else is a host and a port. */
function socketTarget(place: string, fail: Fail): AuditTarget {
  if (place.includes("/")) return { kind: "socket", transport: "unix", path: place };
  const [, address, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d+)$/.exec(place) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65535)) {
    fail('expected a path with a "/", or "host:port", after "socket:"', place);
  }
  return { kind: "socket", transport: "tcp", hostname: address ?? name ?? "", port };
}

export const AUDIT_SETTINGS = {
  auditLog: {
    name: "AUDIT_LOG",
    default: "off",
    kind: auditTarget(),
    meaning:
      "Where an event for every write and every refusal goes. Events contain the values of partition keys: see [Audit](audit.md)",
  },
  auditFailure: {
    name: "AUDIT_FAILURE",
    default: "warn",
    kind: choice(["warn", "refuse"]),
    meaning:
      "What happens while the audit log cannot be written: `warn` logs that and continues, `refuse` refuses every write. `refuse` needs `AUDIT_LOG=file:…` or `socket:…`",
  },
  auditSecret: {
    name: "AUDIT_SECRET",
    default: null,
    kind: secretBytes(),
    meaning:
      "Keys the hashes of `@sensitive … hash` in the audit log; required if a query has such a column, and the same in every replica",
    secret: true,
  },
} as const satisfies Readonly<Record<string, Setting>>;
