import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { readMigrateArguments } from "./migrate_arguments.ts";

const NOTHING = { command: "apply", to: null, waitMs: 0, buildWaitMs: null, resolution: null };

describe("readMigrateArguments()", () => {
  const ACCEPTED: readonly [string, object][] = [
    ["", {}],
    ["status", { command: "status" }],
    ["--plan", { command: "plan" }],
    ["--plan --to 3", { command: "plan", to: 3 }],
    ["--to=0007", { to: 7 }],
    ["--wait 120s", { waitMs: 120_000 }],
    ["status --wait=5m", { command: "status", waitMs: 300_000 }],
    ["--wait-for-builds=30m", { buildWaitMs: 1_800_000 }],
    ["--wait-for-builds 12h", { buildWaitMs: 43_200_000 }],
    ["--wait-for-builds 0s --wait 1s", { buildWaitMs: 0, waitMs: 1_000 }],
    ["--resolve 0007:2 applied", {
      command: "resolve",
      resolution: { version: 7, statement: 2, outcome: "applied" },
    }],
    ["--resolve=7:12 again --wait 1s", {
      command: "resolve",
      waitMs: 1_000,
      resolution: { version: 7, statement: 12, outcome: "again" },
    }],
  ];
  for (const [text, expected] of ACCEPTED) {
    it(`reads "${text}"`, () => {
      const args = text.split(" ").filter((word) => word !== "");
      expect(readMigrateArguments(args)).toEqual({ ...NOTHING, ...expected });
    });
  }

  const TO = 'Cannot migrate: "--to" needs the number of a migration, such as "--to 0007"';
  const WAIT =
    'Cannot migrate: "--wait" needs a time, such as "--wait 120s", "--wait 5m" or "--wait 2h"';
  const RESOLVE =
    'Cannot migrate: "--resolve" needs a statement and what became of it, such as "--resolve 0007:2 applied" or "--resolve 0007:2 again"';
  const REFUSED: readonly [string, string][] = [
    ["--pan", 'Cannot migrate: unknown argument "--pan": did you mean "--plan"?'],
    ["statu", 'Cannot migrate: unknown argument "statu": did you mean "status"?'],
    ["--to", TO],
    ["--to seven", TO],
    ["--to --plan", TO],
    ["--wait 120", WAIT],
    ["--wait 2d", WAIT],
    ["--resolve 0007:2", RESOLVE],
    ["--resolve 0007 applied", RESOLVE],
    ["--resolve 0007:2 skipped", RESOLVE],
    ["status --plan", 'Cannot migrate: "status" and "plan" cannot be combined: use one of them'],
    ["--wait-for-builds", WAIT.replaceAll("--wait", "--wait-for-builds")],
    [
      "status --wait-for-builds 0s",
      'Cannot migrate: "--wait-for-builds" does not go with "status": leave it out',
    ],
    ["status --to 2", 'Cannot migrate: "--to" does not go with "status": leave it out'],
  ];
  for (const [text, message] of REFUSED) {
    it(`refuses "${text}"`, () => {
      expect(() => readMigrateArguments(text.split(" "))).toThrow(new Error(message));
    });
  }
});
