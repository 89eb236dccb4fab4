import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { effectiveSettings, formatSettings } from "./effective_settings.ts";
import { SETTINGS } from "./settings/settings.ts";

function settingOf(name: string, env: Record<string, string>) {
  return effectiveSettings(env).find((setting) => setting.name === name);
}

describe("effectiveSettings()", () => {
  it("has every setting once, in the order of the documentation", () => {
    expect(effectiveSettings({}).map(({ name }) => name))
      .toEqual(Object.values(SETTINGS).map(({ name }) => name));
  });

  it("hides the values of these settings, and of no others", () => {
    const env = Object.fromEntries(Object.values(SETTINGS).map(({ name }) => [name, "hunter2"]));
    const hidden = effectiveSettings(env).filter(({ value }) => value !== "hunter2");
    expect(hidden.map(({ value }) => value)).toEqual(hidden.map(() => "(set)"));
    expect(hidden.map(({ name }) => name)).toEqual([
      "CASSANDRA_PASSWORD",
      "INTROSPECTION_CLIENT_SECRET",
      "MASK_SECRET",
      "CURSOR_KEY",
      "IDEMPOTENCY_SECRET",
      "AUDIT_SECRET",
    ]);
  });

  const CASES: readonly [what: string, name: string, env: Record<string, string>, unknown][] = [
    ["a default", "PORT", {}, { value: "8000", source: "default" }],
    ["a setting that is empty", "PORT", { PORT: " " }, { value: "8000", source: "default" }],
    ["what has no default", "PUBLIC_URL", {}, { value: null, source: "default" }],
    ["what is set", "PORT", { PORT: " 80 " }, { value: "80", source: "environment" }],
    ["what is wrong", "PORT", { PORT: "x" }, { value: "x", source: "environment" }],
    ["a secret", "CURSOR_KEY", { CURSOR_KEY: "hunter2" }, {
      value: "(set)",
      source: "environment",
    }],
    ["a secret in a file", "CURSOR_KEY", { CURSOR_KEY_FILE: "/run/key" }, {
      value: "(set)",
      source: "file /run/key",
    }],
    ["a file of what is not a secret", "PORT", { PORT_FILE: "/run/port" }, {
      value: "8000",
      source: "default",
    }],
    ["no secret", "CURSOR_KEY", {}, { value: null, source: "default" }],
  ];
  for (const [what, name, env, expected] of CASES) {
    it(`says of ${what} where it comes from`, () => {
      expect(settingOf(name, env)).toEqual({ name, ...expected as object });
    });
  }
});

describe("formatSettings()", () => {
  it("prints a line for each setting, whatever is in a value", () => {
    const settings = [
      { name: "PORT", value: "8000", source: "default" },
      { name: "PUBLIC_URL", value: null, source: "default" },
      { name: "API_DESCRIPTION", value: "a\nb\u001b[31m\u202e", source: "environment" },
    ];
    expect(formatSettings(settings)).toBe(`\
PORT             8000               default
PUBLIC_URL       -                  default
API_DESCRIPTION  "a\\nb\\u001b[31m?"  environment
`);
  });
});
