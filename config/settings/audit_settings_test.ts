import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readConfig } from "../config.ts";
import { ConfigError } from "../config_error.ts";

const REQUIRED = {
  CASSANDRA_CONTACT_POINTS: "10.0.0.1",
  CASSANDRA_LOCAL_DATACENTER: "dc1",
  CURSOR_KEY: btoa("k".repeat(32)),
};

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig({ ...REQUIRED, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("AUDIT_LOG", () => {
  const TARGETS: [text: string, target: object][] = [
    ["off", { kind: "off" }],
    ["Stdout", { kind: "stdout" }],
    ["otlp", { kind: "otlp" }],
    ["file:audit.jsonl", { kind: "file", path: "audit.jsonl" }],
    ["file:/var/log/a b.jsonl", { kind: "file", path: "/var/log/a b.jsonl" }],
    ["socket:/run/audit.sock", { kind: "socket", transport: "unix", path: "/run/audit.sock" }],
    ["socket:./audit:1", { kind: "socket", transport: "unix", path: "./audit:1" }],
    ["socket:logs:7000", { kind: "socket", transport: "tcp", hostname: "logs", port: 7000 }],
    ["socket:[::1]:7000", { kind: "socket", transport: "tcp", hostname: "::1", port: 7000 }],
  ];
  for (const [text, target] of TARGETS) {
    it(`reads "${text}"`, () => {
      expect(readConfig({ ...REQUIRED, AUDIT_LOG: text, OTEL_DENO: "true" }).auditLog).toEqual(
        target,
      );
    });
  }

  for (
    const text of ["on", "file", "file:", "/var/log/audit.jsonl", "tcp:logs:7000", "stdout:"]
  ) {
    it(`refuses "${text}"`, () => {
      expect(mistakesOf({ AUDIT_LOG: text })).toEqual([
        `AUDIT_LOG is "${text}": expected "off", "stdout", "otlp", "file:path", "socket:path" or "socket:host:port"`,
      ]);
    });
  }

  for (const place of ["logs", "logs:0", "logs:65536", ":7000", "logs:7000:1", "::1:7000"]) {
    it(`refuses "socket:${place}"`, () => {
      expect(mistakesOf({ AUDIT_LOG: `socket:${place}` })).toEqual([
        `AUDIT_LOG has "${place}": expected a path with a "/", or "host:port", after "socket:"`,
      ]);
    });
  }
});

describe("AUDIT_LOG=otlp", () => {
  it("is a mistake where nothing is exported, unless the process only speaks to Cassandra", () => {
    const problem = 'AUDIT_LOG is "otlp", but nothing is exported: set OTEL_DENO=true';
    expect(mistakesOf({ AUDIT_LOG: "otlp" })).toEqual([problem]);
    expect(mistakesOf({ AUDIT_LOG: "otlp", OTEL_DENO: "true" })).toEqual([]);
    expect(() => readConfig({ ...REQUIRED, AUDIT_LOG: "otlp" }, { serves: false })).not.toThrow();
  });
});

describe("AUDIT_FAILURE=refuse", () => {
  for (const target of ["file:audit.jsonl", "socket:logs:7000", "socket:/run/audit.sock"]) {
    it(`goes with AUDIT_LOG=${target}`, () => {
      expect(mistakesOf({ AUDIT_LOG: target, AUDIT_FAILURE: "refuse" })).toEqual([]);
    });
  }
  for (const target of ["off", "stdout", "otlp"]) {
    it(`is a mistake with AUDIT_LOG=${target}, which cannot promise that a line is safe`, () => {
      expect(mistakesOf({ AUDIT_LOG: target, AUDIT_FAILURE: "refuse", OTEL_DENO: "true" })).toEqual(
        [
          `AUDIT_FAILURE is "refuse", and AUDIT_LOG is "${target}", which cannot say that an event is safe: set AUDIT_LOG=file:… or socket:…`,
        ],
      );
    });
  }
});

it("A misspelt name of a setting of the audit log is a mistake", () => {
  expect(mistakesOf({ AUDIT_LOGS: "stdout" })).toEqual([
    '"AUDIT_LOGS" is not a known setting: did you mean AUDIT_LOG?',
  ]);
});
