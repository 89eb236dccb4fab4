import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Observation } from "../observe/observation.ts";
import { promptly } from "../tests/support/eventually.ts";
import { AuditLog } from "./audit_log.ts";
import type { OperationFacts } from "./event.ts";
import { openFileSink } from "./sinks/file_sink.ts";

const FACTS: OperationFacts = {
  subject: null,
  issuer: null,
  client_id: null,
  auth_time: null,
  address: "192.0.2.1",
  method: "PUT",
  route: "/items/{id}",
  request_id: "r",
  trace_id: null,
  query: "put_item",
  statement_sha256: "s",
  operation: "write",
  partitions: [],
  partitions_complete: true,
};
const OUTCOME = { outcome: "ok", code: null, rows: null, lines: null } as const;

describe("AuditLog.close()", () => {
  it("says that outcomes are missing which nobody knows yet, and counts them when they come", async () => {
    const observations: Observation[] = [];
    const lines: string[] = [];
    const log = new AuditLog({
      sink: {
        write: (bytes) => Promise.resolve(void lines.push(new TextDecoder().decode(bytes))),
        close: () => Promise.resolve(),
      },
      failure: "warn",
      observe: (observation) => observations.push(observation),
    });
    const [first, second] = [await log.begin(FACTS), await log.begin(FACTS)];
    await first.settle(OUTCOME);
    await log.close();
    expect(observations.filter(({ kind }) => kind === "warning")).toEqual([{
      kind: "warning",
      message: "The audit log is missing 1 event: it could not be written before the end",
      cause: undefined,
    }]);
    await second.settle(OUTCOME);
    expect(observations.at(-1)).toMatchObject({ kind: "audit", written: 0, dropped: 1 });
    expect(lines).toHaveLength(1);
  });

  it("ends where the file hangs", async () => {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const path = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const log = new AuditLog({
      sink: await openFileSink(path, { durable: false }),
      failure: "warn",
      observe: () => {},
    });
    // More than a pipe holds that nobody reads.
    for (let count = 0; count < 200; count++) {
      const operation = await log.begin({ ...FACTS, query: "q".repeat(1_000) });
      await operation.settle(OUTCOME);
    }
    // Then the write that hangs can end, and lets go of the pipe.
    stack.defer(async () => {
      await new Response((await Deno.open(path)).readable).arrayBuffer();
    });
    await promptly("it is closed", log.close());
  });
});
