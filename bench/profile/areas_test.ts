import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { type Profile, sharesOf } from "./areas.ts";

const ROOT = "file:///project/";

/** Functions, each with the index of its caller and how long it ran by itself. */
function profileOf(
  functions: readonly (readonly [name: string, url: string, caller: number, time: number])[],
): Profile {
  return {
    nodes: functions.map(([functionName, url], id) => ({
      id,
      callFrame: { functionName, url },
      children: functions.flatMap(([, , caller], child) => caller === id ? [child] : []),
    })),
    samples: functions.map((_, id) => id),
    timeDeltas: functions.map(([, , , time]) => time),
  };
}

describe("sharesOf()", () => {
  it("counts a function for its file, and the runtime for the file that calls it", () => {
    const shares = sharesOf(
      profileOf([
        ["(root)", "", -1, 0],
        ["(idle)", "", 0, 1_000],
        ["(garbage collector)", "", 0, 10],
        ["(program)", "", 0, 4],
        ["onRead", "ext:deno_node/net.ts", 0, 6],
        ["fetch", "file:///cache/npm/host/hono/4.0.0/dist/base.js", 0, 5],
        ["enter", `${ROOT}routes/auth/authenticate.ts`, 5, 3],
        ["toString", "ext:deno_fetch/headers.js", 6, 2],
        ["op_get", "", 7, 1],
        ["send", "file:///cache/npm/host/cassandra-driver/4.0.0/lib/client.js", 6, 7],
        ["observe", `${ROOT}observe/metrics/metrics.ts`, 6, 2],
        ["enter", `${ROOT}routes/middleware/check_url.ts`, 5, 8],
        ["main", `${ROOT}main.ts`, 0, 2],
      ]),
      ROOT,
    );
    expect(Object.fromEntries(shares.map(({ area, share }) => [area, Math.round(share * 50)])))
      .toEqual({
        "Garbage collection": 10,
        Runtime: 10,
        "Other steps of the pipeline": 8,
        Statement: 7,
        "Authentication and scopes": 6,
        Hono: 5,
        "Log, metrics and spans": 2,
        Other: 2,
      });
    expect(shares[0]!.share).toBeCloseTo(0.2);
  });

  it("has nothing to say of a profile without samples", () => {
    expect(sharesOf({ nodes: [], samples: [], timeDeltas: [] }, ROOT)).toEqual([]);
  });
});
