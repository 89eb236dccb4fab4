/**
 * The settings of a failover to another data centre.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { partsOf, type SettingKind } from "./kinds/setting_kind.ts";

const MAX_DELAY_MS = 7 * 86_400_000;

/** Names of data centres, no two the same. */
function datacenters(): SettingKind<readonly string[]> {
  return {
    range: "names of data centres, comma-separated",
    read(text, fail) {
      const names = partsOf(text);
      const repeated = names.find((name, index) => names.indexOf(name) < index);
      if (repeated !== undefined) fail("expected each once", repeated);
      return names;
    },
  };
}

/** Milliseconds; null if an operator decides when. */
function delayOrManual(): SettingKind<number | null> {
  return {
    range: `0 to ${MAX_DELAY_MS}, \`manual\``,
    read(text, fail) {
      if (text.toLowerCase() === "manual") return null;
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      if (!(value <= MAX_DELAY_MS)) {
        fail(`expected an integer from 0 to ${MAX_DELAY_MS}, or "manual"`);
      }
      return value;
    },
  };
}

export const FAILOVER_SETTINGS = {
  failoverDatacenters: {
    name: "CASSANDRA_FAILOVER_DATACENTERS",
    default: "",
    kind: datacenters(),
    meaning:
      "The data centres that serve, in this order, while the local one has no node up; none by default: see [Operations](operations.md#another-data-centre)",
  },
  failbackDelayMs: {
    name: "CASSANDRA_FAILBACK_DELAY_MS",
    default: "600000",
    kind: delayOrManual(),
    meaning:
      "How long most nodes of the local data centre have to be up before it serves again; `manual` waits for `CONTROL_FILE`",
  },
} as const satisfies Readonly<Record<string, Setting>>;
